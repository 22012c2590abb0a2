/**
 * Changes of an inventory's files as data: each puts, adds or removes one entry and has an inverse. They are made on the YAML
 * documents, so that all that an edit does not name keeps its comments, its order and its way of being written.
 */
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, isSeq, parseDocument, type Document, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { FILES, type FileName, type Texts } from "../files.ts";

export type Entry = Readonly<Record<string, unknown>>;

/** Exactly one of `put`, `add` and `remove` is there. */
export interface Edit {
  readonly file: FileName;
  /** The way from the file's top: keys, and entries of lists by their names: `[units, vinh]`. */
  readonly at: readonly string[];
  /** What stands there from now on, whole. */
  readonly put?: Entry;
  /** An entry for the list there, behind the one named `after`, or in front of all. */
  readonly add?: Entry;
  readonly after?: string;
  /** The added entry stands between the comment before its successor and that successor. */
  readonly heading?: boolean;
  /** The name of the entry that the list there loses. */
  readonly remove?: string;
}

/** An edit names what is not there. */
export class EditError extends Error {
  readonly edit: Edit;

  constructor(edit: Edit, message: string) {
    super(message);
    this.edit = edit;
  }
}

/** How an entry is called: by the key that tells it from the others of its list. */
export function nameOf(entry: Entry): string {
  return String(entry["slug"] ?? entry["login"] ?? entry["tier"] ?? entry["name"]);
}

/** An inventory's files while they are being changed. Remembers every edit since the last step, and how to undo it. */
export class Draft {
  readonly #texts: Record<FileName, string | undefined>;
  readonly #documents = new Map<FileName, Document>();
  #edits: Edit[] = [];
  #inverse: Edit[] = [];

  constructor(texts: Texts) {
    this.#texts = { ...texts };
  }

  /** The entries of a list at a file's top. The caller's type is what the schema promises. */
  entries<T>(file: FileName, list: string): readonly T[] {
    return (this.#document(file).toJS() as Record<string, T[]>)[list] ?? [];
  }

  /** The data at a place; undefined when there is none. */
  at(file: FileName, ...keys: string[]): unknown {
    const node = descend(this.#document(file), keys);
    return isMap(node) || isSeq(node) ? node.toJS(this.#document(file)) : undefined;
  }

  /** Makes one edit. @throws EditError when it names what is not there. */
  apply(edit: Edit): void {
    const inverse = this.#make(edit);
    if (inverse === undefined) return;
    this.#edits.push(edit);
    this.#inverse.unshift(inverse);
  }

  /** Ends a step: the files as they are, the edits since the last one, and those that take them back, in their order. */
  step(): { readonly texts: Texts; readonly edits: readonly Edit[]; readonly inverse: readonly Edit[] } {
    for (const { file } of this.#edits) this.#texts[file] = this.#document(file).toString({ lineWidth: 0, flowCollectionPadding: false });
    const made = { texts: { ...this.#texts }, edits: this.#edits, inverse: this.#inverse };
    this.#edits = [];
    this.#inverse = [];
    return made;
  }

  #document(file: FileName): Document {
    const known = this.#documents.get(file);
    if (known !== undefined) return known;
    const document = parseDocument(this.#texts[file] ?? "");
    this.#documents.set(file, document);
    return document;
  }

  /** The inverse of the edit made; undefined where nothing had to change. */
  #make(edit: Edit): Edit | undefined {
    const { file, at } = edit;
    const document = this.#document(file);
    const target = descend(document, at);
    if (edit.put !== undefined) {
      if (!isMap(target)) throw new EditError(edit, `there is no entry ${at.join("/")} in ${file}.yaml`);
      const before = target.toJS(document) as Entry;
      if (isDeepStrictEqual(before, edit.put)) return undefined;
      put(document, target, edit.put);
      const holder = descend(document, at.slice(0, -1));
      return { file, at: isSeq(holder) ? [...at.slice(0, -1), nameOf(edit.put)] : at, put: before };
    }
    if (!isSeq(target)) throw new EditError(edit, `there is no list ${at.join("/")} in ${file}.yaml`);
    return edit.add === undefined ? remove(document, target, edit) : add(document, target, edit, edit.add);
  }
}

/** Whether a text is the name of a file of an inventory, without `.yaml`. */
export function isFileName(text: string): text is FileName {
  return (FILES as readonly string[]).includes(text);
}

function descend(document: Document, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((node, key) => {
    if (isMap(node)) return node.get(key, true);
    return isSeq(node) ? node.items[indexOf(document, node, key)] : undefined;
  }, document.contents);
}

function indexOf(document: Document, list: YAMLSeq, name: string): number {
  return list.items.findIndex((item) => isMap(item) && nameOf(item.toJS(document) as Entry) === name);
}

/** Brings a mapping to the wanted data; what does not change keeps its node, and with it quotes and comments. */
function put(document: Document, target: YAMLMap, wanted: Entry): void {
  const old = new Map(target.items.map((pair) => [String(isScalar(pair.key) ? pair.key.value : pair.key), pair]));
  target.items = Object.entries(wanted).map(([key, value]): Pair => {
    const pair = old.get(key);
    if (pair === undefined) return document.createPair(key, flat(document, value));
    const node = pair.value;
    const before: unknown = isScalar(node) ? node.value : isMap(node) || isSeq(node) ? node.toJS(document) : node;
    if (isDeepStrictEqual(before, value)) return pair;
    if (isScalar(node) && typeof node.value === typeof value && typeof value !== "object") {
      (node as Scalar).value = value;
      delete node.source;
      delete node.minFractionDigits;
    } else pair.value = flat(document, value);
    return pair;
  });
}

/** A node that is written on one line. */
function flat(document: Document, value: unknown): unknown {
  return document.createNode(value, { flow: true });
}

function add(document: Document, list: YAMLSeq, edit: Edit, entry: Entry): Edit {
  const { file, at, after } = edit;
  const index = after === undefined ? 0 : indexOf(document, list, after) + 1;
  if (after !== undefined && index === 0) throw new EditError(edit, `there is no entry "${after}" in ${at.join("/")} of ${file}.yaml`);
  if (indexOf(document, list, nameOf(entry)) !== -1) throw new EditError(edit, `there is an entry "${nameOf(entry)}" in ${at.join("/")} of ${file}.yaml already`);
  const model = list.items.find(isMap);
  const node = document.createNode(entry, { flow: model?.flow ?? true }) as YAMLMap;
  if (edit.heading === true) {
    const next = commented(list, index);
    node.commentBefore = take(next);
  }
  list.items.splice(index, 0, node);
  return { file, at, remove: nameOf(entry) };
}

function remove(document: Document, list: YAMLSeq, edit: Edit): Edit {
  const { file, at } = edit;
  const index = indexOf(document, list, edit.remove!);
  const node = list.items[index];
  if (!isMap(node)) throw new EditError(edit, `there is no entry "${edit.remove!}" in ${at.join("/")} of ${file}.yaml`);
  const previous = list.items[index - 1];
  list.items.splice(index, 1);
  // A comment may head several entries: it stays, before what comes next.
  const heading = node.commentBefore;
  if (typeof heading === "string") {
    const next = commented(list, index);
    next.give([heading, next.text].filter((text) => text !== undefined && text !== null).join("\n"));
  }
  const entry = node.toJS(document) as Entry;
  return {
    file, at, add: entry,
    ...(isMap(previous) && { after: nameOf(previous.toJS(document) as Entry) }),
    ...(typeof heading === "string" && { heading: true }),
  };
}

/** Where the comment stands that comes before a list's entry, or behind its last one. */
function commented(list: YAMLSeq, index: number): { readonly text: string | null | undefined; give(text: string | undefined): void } {
  const next = list.items[index];
  if (isMap(next)) return { text: next.commentBefore, give: (text) => void (next.commentBefore = text) };
  return { text: list.comment, give: (text) => void (list.comment = text) };
}

function take(place: ReturnType<typeof commented>): string | undefined {
  const text = place.text ?? undefined;
  place.give(undefined);
  return text;
}
