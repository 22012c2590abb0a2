/** The Pulumi program of every stack: `<layer>.<environment>` says which layer of which environment is built. */
import * as pulumi from "@pulumi/pulumi";
import { Failure } from "../inventory/index.ts";
import { stackContext, type StackContext } from "./context.ts";
import { datacenterStack } from "./datacenter.ts";
import { LAYERS, type Layer } from "./layers.ts";
import { conferenceStack } from "./conference.ts";
import { mailStack } from "./mail.ts";
import { monitoringStack } from "./monitoring.ts";
import { networkStack } from "./network.ts";
import { securityStack } from "./security.ts";

const PROGRAMS: Readonly<Record<Layer, (context: StackContext) => Record<string, unknown>>> = {
  network: networkStack,
  datacenter: datacenterStack,
  security: securityStack,
  mail: mailStack,
  conference: conferenceStack,
  monitoring: monitoringStack,
};

function build(): Record<string, unknown> {
  const context = stackContext(pulumi.getStack());
  const layer = LAYERS.find((one) => one === context.layer);
  if (layer === undefined) {
    throw new Failure(`there is no layer '${context.layer}'`, { advice: `Layers are: ${LAYERS.join(", ")}.` });
  }
  return PROGRAMS[layer](context);
}

/** A user's mistake is told in a line, as Pulumi's own errors are; Pulumi prints a RunError without a stack trace. */
function outputs(): Record<string, unknown> {
  try {
    return build();
  } catch (error) {
    if (error instanceof Failure) throw new pulumi.RunError([error.message, error.advice].filter(Boolean).join(". "));
    throw error;
  }
}

export default outputs();
