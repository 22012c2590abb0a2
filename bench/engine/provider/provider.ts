/** A provider whose work is nothing, so that what a run takes is the engine's and the SDK's: `bench:index:Thing` holds a number. */
import { type Provider, main } from "@pulumi/pulumi/provider/index.js";

interface Thing {
  readonly number: number;
}

const provider: Provider = {
  version: "0.0.1",
  check: async (_urn, _olds, news: Thing) => ({ inputs: news }),
  diff: async (_id, _urn, olds: Thing, news: Thing) => ({ changes: olds.number !== news.number }),
  create: async (_urn, news: Thing) => ({ id: `thing-${news.number}`, outs: news }),
  update: async (_id, _urn, _olds, news: Thing) => ({ outs: news }),
  read: async (id, _urn, properties?: Thing) => ({ id, props: properties ?? {} }),
  delete: async () => {},
  invoke: async (token, inputs: { inputs: Thing }) => {
    if (token !== "bench:engine:plannedId") throw new Error(`there is no function ${token}`);
    return { outputs: { id: `thing-${inputs.inputs.number}` } };
  },
};

void main(provider, process.argv.slice(2));
