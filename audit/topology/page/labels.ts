/** Which labels a drawing shows and where: none lies on another or on a node, and lonely nodes come first. */
import { DIAMETERS } from "./look.ts";
import type { MapNode, View } from "./map.ts";
import { wrap } from "./text.ts";

export interface Label {
  readonly id: string;
  readonly lines: readonly string[];
  /** The first line's baseline. */
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
  /** Height of letters, CSS pixels. */
  readonly size: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A letter's share of the height, on average, in Liberation Sans and Arial. */
const LETTER = 0.55;
/** Nodes nearer than this crowd each other, CSS pixels. */
const CROWD = 90;

/** By layers every node has its room; on the map, those have one that find some. */
export function placeLabels(nodes: readonly MapNode[], view: View): Label[] {
  return view === "layers" ? nodes.map(beneath) : freeLabels(nodes);
}

function beneath({ id, label, at, layer }: MapNode): Label {
  const size = layer === "site-router" ? 9 : 11;
  const lines = layer === "site-router" ? wrap(label, 17, 4) : [label];
  return { id, lines, x: at.layers.x, y: at.layers.y + DIAMETERS[layer] / 2 + size + 3, anchor: "middle", size };
}

function freeLabels(nodes: readonly MapNode[]): Label[] {
  const grid = new Grid();
  for (const { at: { map }, layer } of nodes) {
    const half = DIAMETERS[layer] / 2;
    grid.add({ left: map.x - half, right: map.x + half, top: map.y - half, bottom: map.y + half });
  }
  const neighbours = crowding(nodes);
  const order = nodes.map((node, i) => ({ node, crowd: neighbours[i]! })).toSorted((a, b) => a.crowd - b.crowd);
  return order.flatMap(({ node }) => {
    const found = candidates(node).find(({ box }) => grid.isFree(box));
    if (found === undefined) return [];
    grid.add(found.box);
    return [found.label];
  });
}

/** How many other nodes are near each one. */
function crowding(nodes: readonly MapNode[]): number[] {
  const cell = ({ x, y }: { readonly x: number; readonly y: number }): [number, number] => [Math.floor(x / CROWD), Math.floor(y / CROWD)];
  const counts = new Map<string, number>();
  for (const { at } of nodes) {
    const key = cell(at.map).join(" ");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return nodes.map(({ at }) => {
    const [column, row] = cell(at.map);
    return [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => counts.get(`${column + dx} ${row + dy}`) ?? 0)).reduce((a, b) => a + b);
  });
}

function candidates({ id, label, at: { map: { x, y } }, layer }: MapNode): { readonly label: Label; readonly box: Box }[] {
  const size = 11;
  const half = DIAMETERS[layer] / 2 + 4;
  const lines = wrap(label, 24, 2);
  const width = Math.max(...lines.map((text) => text.length)) * size * LETTER;
  const height = lines.length * (size + 1);
  const at = (anchor: Label["anchor"], textX: number, top: number): { readonly label: Label; readonly box: Box } => {
    const left = anchor === "start" ? textX : anchor === "end" ? textX - width : textX - width / 2;
    return { label: { id, lines, x: textX, y: top + size - 1, anchor, size }, box: { left, right: left + width, top, bottom: top + height } };
  };
  return [at("middle", x, y + half - 1), at("start", x + half, y - height / 2), at("end", x - half, y - height / 2), at("middle", x, y - half - height + 1)];
}

/** Boxes that are taken, by cells, so that asking is quick however many there are. */
class Grid {
  readonly #cells = new Map<string, Box[]>();

  add(box: Box): void {
    for (const key of this.#keys(box)) {
      const cell = this.#cells.get(key);
      if (cell === undefined) this.#cells.set(key, [box]);
      else cell.push(box);
    }
  }

  isFree(box: Box): boolean {
    return this.#keys(box).every((key) => (this.#cells.get(key) ?? []).every((other) =>
      other.right <= box.left || other.left >= box.right || other.bottom <= box.top || other.top >= box.bottom));
  }

  #keys({ left, top, right, bottom }: Box): string[] {
    const keys: string[] = [];
    for (let column = Math.floor(left / 64); column <= Math.floor(right / 64); column++) {
      for (let row = Math.floor(top / 64); row <= Math.floor(bottom / 64); row++) keys.push(`${column} ${row}`);
    }
    return keys;
  }
}
