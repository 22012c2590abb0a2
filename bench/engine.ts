/** The figures of the engine, each in the same run as the floor or the peer it stands beside. */
import { benchHosts } from "./engine/hosts.ts";
import { benchRegistrations } from "./engine/registrations.ts";
import type { Figure } from "./figure.ts";
import { benchJournal } from "./journal.ts";

/** By the name that `./egov bench engine` takes. */
export const ENGINE_PARTS: Readonly<Record<string, (inventory: string, say: (line: string) => void) => Promise<Figure[]>>> = {
  registrations: (_inventory, say) => benchRegistrations(say),
  journal: (_inventory, say) => benchJournal(say),
  hosts: benchHosts,
};

/** Measures one part after the other, so that none disturbs another. */
export async function benchEngine(parts: readonly string[], inventory: string, say: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const part of parts) figures.push(...await ENGINE_PARTS[part]!(inventory, (line) => say(`${part}: ${line}`)));
  return figures;
}
