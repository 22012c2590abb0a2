import type { Deployment, PendingOperation } from "./checkpoint.ts";
import type { JournalEntry } from "./journal.ts";
import { Snapshot } from "./snapshot.ts";

/**
 * The state that a checkpoint and the journal beside it make together, secrets still encrypted. `hash`: the checkpoint's
 * SHA-256, null when there is none. Undefined when there is neither.
 */
export function replay(checkpoint: Deployment | undefined, hash: string | null, journal: readonly JournalEntry[]): Deployment | undefined {
  const start = journal.findLastIndex((entry) => entry.op === "base" && entry.checkpoint === hash);
  const base = journal[start];
  if (base?.op !== "base") return journal.length === 0 ? checkpoint : askAgain(checkpoint, journal);
  const end = journal.findIndex((entry, index) => index > start && entry.op === "base");
  const listed = checkpoint?.pending_operations ?? [];
  const untold = listed.length - base.calls.length;
  const calls = new Map(base.calls.map((call, index) => [call, listed[untold + index]!]));
  const snapshot = new Snapshot(checkpoint?.resources ?? [], base.settled);
  for (const entry of journal.slice(start + 1, end < 0 ? undefined : end)) apply(entry, snapshot, calls);
  return {
    ...checkpoint,
    secrets_providers: { type: "passphrase", state: { salt: base.salt } },
    resources: snapshot.resources,
    ...pendingOf([...listed.slice(0, untold), ...calls.values()]),
  };
}

function apply(entry: JournalEntry, snapshot: Snapshot, calls: Map<number, PendingOperation>): void {
  switch (entry.op) {
    case "begin":
      calls.set(entry.call, pendingOperation(entry));
      break;
    case "end":
      calls.delete(entry.call);
      break;
    case "settle": {
      const previous = entry.slot === undefined ? undefined : snapshot.at(entry.slot);
      snapshot.settle(previous, entry.resource ?? previous!);
      break;
    }
    case "amend":
      snapshot.amend(snapshot.at(entry.slot)!, entry.resource);
      break;
    case "remove":
      snapshot.remove(snapshot.at(entry.slot)!);
      break;
    case "base":
      break;
  }
}

/**
 * The checkpoint is not the one that the journal builds on: somebody else, the Pulumi CLI most likely, has changed the
 * stack since the crash. What the journal began is then looked at again, all of it.
 */
function askAgain(checkpoint: Deployment | undefined, journal: readonly JournalEntry[]): Deployment {
  const ids = new Map<string, string>();
  for (const entry of journal) {
    if (entry.op === "settle" && entry.resource?.id !== undefined) ids.set(entry.resource.urn, entry.resource.id);
  }
  const begun = journal.filter((entry) => entry.op === "begin").map(pendingOperation);
  const asked = begun.map((operation): PendingOperation => {
    const id = operation.resource.id ?? ids.get(operation.resource.urn);
    return id === undefined ? operation : { ...operation, resource: { ...operation.resource, id } };
  });
  const salt = journal.findLast((entry) => entry.op === "base")?.salt;
  return {
    ...(checkpoint ?? (salt === undefined ? {} : { secrets_providers: { type: "passphrase", state: { salt } } })),
    ...pendingOf([...(checkpoint?.pending_operations ?? []), ...asked]),
  };
}

function pendingOperation(entry: Extract<JournalEntry, { op: "begin" }>): PendingOperation {
  return { resource: entry.resource, type: entry.type, ...(entry.seed === undefined ? {} : { randomSeed: entry.seed }) };
}

function pendingOf(operations: PendingOperation[]): Pick<Deployment, "pending_operations"> {
  return operations.length === 0 ? { pending_operations: undefined } : { pending_operations: operations };
}
