/** Where nodes are drawn. The same input gives the same places, and no two nodes lie on each other. Lengths are in CSS pixels. */
import type { BareNode, Layer } from "./map.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The drawing's width for a province; its height follows from its shape. */
const WIDTH = 1400;
const MARGIN = 60;
/** How far apart the middles of two nodes are at least. */
export const SPACING = 30;

/** By coordinates (equirectangular, true at the middle latitude); nodes that would lie on each other give way. */
export function mapLayout(nodes: readonly BareNode[]): { readonly points: readonly Point[]; readonly size: Size } {
  if (nodes.length === 0) return { points: [], size: { width: WIDTH, height: WIDTH / 2 } };
  const [south, north] = extent(nodes.map(({ lat }) => lat));
  const [west, east] = extent(nodes.map(({ lon }) => lon));
  const squeeze = Math.cos(((south + north) / 2) * (Math.PI / 180));
  // A province of one place, or one that lies along a line, still gets a sheet to spread on.
  const span = Math.max((east - west) * squeeze, (north - south) * 1.2, 0.01);
  const scale = (WIDTH - 2 * MARGIN) / span;
  const wanted = nodes.map(({ lat, lon }) => ({ x: (lon - west) * squeeze * scale, y: (north - lat) * scale }));
  return framed(spread(wanted));
}

function extent(values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

/** Moves points apart until none is nearer to another than SPACING, each as little as it can. */
function spread(wanted: readonly Point[]): Point[] {
  // Points at one place first get directions of their own: a sunflower's, whose seeds are evenly far apart.
  const seen = new Map<string, number>();
  const points = wanted.map(({ x, y }) => {
    const key = `${Math.round(x)} ${Math.round(y)}`;
    const turn = seen.get(key) ?? 0;
    seen.set(key, turn + 1);
    const radius = 0.5 * SPACING * Math.sqrt(turn);
    return { x: x + radius * Math.cos(turn * 2.399963), y: y + radius * Math.sin(turn * 2.399963) };
  });
  for (let round = 0; round < 400; round++) {
    let moved = false;
    const cells = Map.groupBy(points.keys(), (i) => `${Math.floor(points[i]!.x / SPACING)} ${Math.floor(points[i]!.y / SPACING)}`);
    for (const [i, a] of points.entries()) {
      const [column, row] = [Math.floor(a.x / SPACING), Math.floor(a.y / SPACING)];
      for (const [dx, dy] of AROUND) {
        for (const j of cells.get(`${column + dx} ${row + dy}`) ?? []) {
          if (j <= i) continue;
          const b = points[j]!;
          const [x, y] = [b.x - a.x, b.y - a.y];
          const distance = Math.hypot(x, y);
          if (distance >= SPACING - 0.01) continue;
          const [ux, uy] = distance > 0.001 ? [x / distance, y / distance] : [Math.cos(j), Math.sin(j)];
          const push = (SPACING - distance) / 2 + 0.005;
          a.x -= ux * push;
          a.y -= uy * push;
          b.x += ux * push;
          b.y += uy * push;
          moved = true;
        }
      }
    }
    if (!moved) break;
  }
  return points;
}

const AROUND = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const));

/** Shifts all into the drawing and says how large it is. */
function framed(points: readonly Point[]): { readonly points: Point[]; readonly size: Size } {
  const [left, right] = extent(points.map(({ x }) => x));
  const [top, bottom] = extent(points.map(({ y }) => y));
  return {
    points: points.map(({ x, y }) => ({ x: round(x - left + MARGIN), y: round(y - top + MARGIN) })),
    size: { width: Math.max(WIDTH, round(right - left + 2 * MARGIN)), height: round(bottom - top + 2 * MARGIN) },
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A block's cell, with room for a label of two lines below the node. */
const CELL = { width: 92, height: 74 } as const;
const ROW = 92;
const ABOVE: readonly Layer[] = ["state-edge", "segment", "firewall", "core", "aggregation"];

/** In rows by layer; below them the offices, a block an area. */
export function layersLayout(nodes: readonly BareNode[], areas: readonly string[]): {
  readonly points: readonly Point[];
  readonly size: Size;
  readonly blocks: readonly { readonly name: string; readonly at: Point; readonly size: Size }[];
} {
  const offices = nodes.filter(({ layer }) => layer === "site-router");
  const names = [...areas, ...new Set(offices.map(({ area = "" }) => area).filter((area) => !areas.includes(area)))];
  const groups = names.map((name) => ({ name, members: offices.filter(({ area = "" }) => area === name) })).filter(({ members }) => members.length > 0);
  const at = new Map<BareNode, Point>();
  // State network and segments share the first row: both are what lies behind the routers.
  const rows = ABOVE.filter((layer) => nodes.some((node) => node.layer === layer));
  const levels = rows.map((layer) => (layer === "segment" && rows.includes("state-edge") ? "state-edge" : layer));
  const distinct = [...new Set(levels)];
  const top = MARGIN + distinct.length * ROW;
  const shape = groups.map(({ members }) => {
    const columns = Math.max(2, Math.ceil(Math.sqrt(members.length * 1.3)));
    return { columns, lines: Math.ceil(members.length / columns) };
  });
  const width = Math.max(900, shape.reduce((sum, { columns }) => sum + columns * CELL.width + 28, 2 * MARGIN - 28));
  let left = (width - shape.reduce((sum, { columns }) => sum + columns * CELL.width + 28, -28)) / 2;
  const blocks = groups.map(({ name, members }, g) => {
    const { columns, lines } = shape[g]!;
    const block = { name, at: { x: round(left), y: top }, size: { width: columns * CELL.width, height: lines * CELL.height + 26 } };
    members.forEach((node, i) => at.set(node, { x: round(left + (i % columns + 0.5) * CELL.width), y: top + 44 + Math.floor(i / columns) * CELL.height }));
    left += columns * CELL.width + 28;
    return block;
  });
  distinct.forEach((level, row) => {
    const members = nodes.filter(({ layer }) => levels[rows.indexOf(layer)] === level);
    const step = Math.min(width / (members.length + 1), 190);
    members.forEach((node, i) => at.set(node, { x: round(width / 2 + (i - (members.length - 1) / 2) * step), y: MARGIN + row * ROW }));
  });
  const bottom = Math.max(top, ...blocks.map(({ at: corner, size }) => corner.y + size.height));
  return { points: nodes.map((node) => at.get(node)!), size: { width: round(width), height: bottom + MARGIN / 2 }, blocks };
}
