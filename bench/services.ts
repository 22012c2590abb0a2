/** The figures of the services, each measured on a twin that is up and well. */
import type { Selection } from "../scripts/lib/province.ts";
import { benchConference } from "./conference.ts";
import type { Figure } from "./figure.ts";
import { benchMail } from "./mail.ts";
import { benchMonitoring } from "./monitoring.ts";

/** By the name that `./egov bench services` takes. */
export const SERVICES: Readonly<Record<string, (selection: Selection, say: (line: string) => void) => Promise<Figure[]>>> = {
  mail: benchMail,
  conference: benchConference,
  monitoring: benchMonitoring,
};

/** Measures one service after the other, so that none disturbs another. */
export async function benchServices(names: readonly string[], selection: Selection, say: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of names) figures.push(...await SERVICES[name]!(selection, (line) => say(`${name}: ${line}`)));
  return figures;
}
