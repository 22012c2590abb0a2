/** Changes people.yaml as a careful editor would: what is not changed, comments included, stays as it was written. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { Failure } from "./failure.ts";
import type { ImportedPerson } from "./peopleImport.ts";

/** Adds people, and makes them members of their groups. The file must have passed the inventory's checks. */
export function addPeople(directory: string, added: readonly ImportedPerson[]): void {
  edit(directory, (document) => {
    const people = sequence(document, "people");
    for (const { groups, ...person } of added) {
      people.add(document.createNode(person, { flow: true }));
      for (const group of groups) {
        const members = entry(sequence(document, "groups"), group).get("members");
        if (isSeq(members)) members.add(document.createNode(person.login));
      }
    }
  });
}

/** Gives a person's mailbox another password. @throws Failure when there is no such person. */
export function setPasswordHash(directory: string, login: string, passwordHash: string): void {
  edit(directory, (document) => { entry(sequence(document, "people"), login).set("passwordHash", passwordHash); });
}

function edit(directory: string, change: (document: Document) => void): void {
  const path = join(directory, "people.yaml");
  const document = parseDocument(readFileSync(path, "utf8"));
  change(document);
  const next = `${path}.new`;
  try {
    // Whoever reads it meanwhile, or loses power, has the old file or the new one.
    writeFileSync(next, document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq: true }));
    renameSync(next, path);
  } catch (cause) {
    rmSync(next, { force: true });
    throw new Failure(`${path} cannot be written (${(cause as NodeJS.ErrnoException).code ?? "error"})`, { advice: "Run the command as the owner of the folder.", cause });
  }
}

function sequence(document: Document, key: string): YAMLSeq {
  const found = document.get(key);
  if (!isSeq(found)) throw new Error(`people.yaml has no list ${key}`);
  return found;
}

function entry(list: YAMLSeq, login: string): YAMLMap {
  const found = list.items.find((item) => isMap(item) && item.get("login") === login);
  if (!isMap(found)) throw new Failure(`people.yaml: there is no "${login}"`, { advice: "Name a login of people.yaml." });
  return found;
}
