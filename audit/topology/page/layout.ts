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
/** Room around the nodes for their labels. */
const MARGIN = { x: 130, y: 50 } as const;
/** How far apart the middles of two nodes are at least. */
export const SPACING = 34;
/** How far apart the data center's own nodes stand. */
const RACK = 42;

/** By coordinates (equirectangular, true at the middle latitude); nodes that would lie on each other give way. */
export function mapLayout(nodes: readonly BareNode[]): { readonly points: readonly Point[]; readonly size: Size } {
  if (nodes.length === 0) return { points: [], size: { width: WIDTH, height: WIDTH / 2 } };
  const [south, north] = extent(nodes.map(({ lat }) => lat));
  const [west, east] = extent(nodes.map(({ lon }) => lon));
  const squeeze = Math.cos(((south + north) / 2) * (Math.PI / 180));
  // A province of one place, or one that lies along a line, still gets a sheet to spread on.
  const span = Math.max((east - west) * squeeze, (north - south) * 1.2, 0.01);
  const scale = (WIDTH - 2 * MARGIN.x) / span;
  const wanted = nodes.map(({ lat, lon }) => ({ x: (lon - west) * squeeze * scale, y: (north - lat) * scale }));
  return framed(spread(racked(nodes, wanted)));
}

interface Place {
  x: number;
  y: number;
  /** Others give way to it. */
  readonly fixed: boolean;
}

/** The data center's nodes, which all have its coordinates, stand there as rows, from what lies behind the firewalls outwards. */
function racked(nodes: readonly BareNode[], wanted: readonly Point[]): Place[] {
  const rows = Object.values(Object.groupBy(nodes.keys(), (i) => RACKED.indexOf(nodes[i]!.layer))).map((row) => row!);
  const places = wanted.map(({ x, y }): Place => ({ x, y, fixed: false }));
  const inside = rows.filter((row) => RACKED.includes(nodes[row[0]!]!.layer)).toSorted((a, b) => RACKED.indexOf(nodes[a[0]!]!.layer) - RACKED.indexOf(nodes[b[0]!]!.layer));
  inside.forEach((row, line) => row.forEach((i, column) => {
    const { x, y } = wanted[i]!;
    places[i] = { x: x + (column - (row.length - 1) / 2) * RACK, y: y + (line - (inside.length - 1) / 2) * RACK, fixed: true };
  }));
  return places;
}

const RACKED: readonly Layer[] = ["segment", "firewall", "core", "aggregation"];

function extent(values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

/** Moves points apart until none is nearer to another than SPACING, each as little as it can. */
function spread(wanted: readonly Place[]): Point[] {
  // Points at one place first get directions of their own: a sunflower's, whose seeds are evenly far apart.
  const seen = new Map<string, number>();
  const points = wanted.map(({ x, y, fixed }): Place => {
    if (fixed) return { x, y, fixed };
    const key = `${Math.round(x)} ${Math.round(y)}`;
    const turn = seen.get(key) ?? 0;
    seen.set(key, turn + 1);
    const radius = 0.5 * SPACING * Math.sqrt(turn);
    return { x: x + radius * Math.cos(turn * 2.399963), y: y + radius * Math.sin(turn * 2.399963), fixed };
  });
  const rack = around(points.filter(({ fixed }) => fixed));
  for (let round = 0; round < 400; round++) {
    let moved = false;
    for (const point of points) if (leave(point, rack)) moved = true;
    const cells = Map.groupBy(points.keys(), (i) => `${Math.floor(points[i]!.x / SPACING)} ${Math.floor(points[i]!.y / SPACING)}`);
    for (const [i, a] of points.entries()) {
      const [column, row] = [Math.floor(a.x / SPACING), Math.floor(a.y / SPACING)];
      for (const [dx, dy] of AROUND) {
        for (const j of cells.get(`${column + dx} ${row + dy}`) ?? []) {
          const b = points[j]!;
          if (j <= i || (a.fixed && b.fixed)) continue;
          const [x, y] = [b.x - a.x, b.y - a.y];
          const distance = Math.hypot(x, y);
          if (distance >= SPACING - 0.01) continue;
          const [ux, uy] = distance > 0.001 ? [x / distance, y / distance] : [Math.cos(j), Math.sin(j)];
          const push = SPACING - distance + 0.01;
          const share = a.fixed ? 0 : b.fixed ? 1 : 0.5;
          a.x -= ux * push * share;
          a.y -= uy * push * share;
          b.x += ux * push * (1 - share);
          b.y += uy * push * (1 - share);
          moved = true;
        }
      }
    }
    if (!moved) break;
  }
  return points;
}

interface Circle extends Point {
  readonly radius: number;
}

/** The room that fixed points take; undefined where there are none. */
function around(fixed: readonly Place[]): Circle | undefined {
  if (fixed.length === 0) return undefined;
  const [left, right] = extent(fixed.map(({ x }) => x));
  const [top, bottom] = extent(fixed.map(({ y }) => y));
  return { x: (left + right) / 2, y: (top + bottom) / 2, radius: Math.hypot(right - left, bottom - top) / 2 + SPACING };
}

/** Takes a point straight out of a circle; false when it is outside already, or fixed. */
function leave(point: Place, circle: Circle | undefined): boolean {
  if (circle === undefined || point.fixed) return false;
  const [x, y] = [point.x - circle.x, point.y - circle.y];
  const distance = Math.hypot(x, y);
  if (distance >= circle.radius - 0.01) return false;
  const [ux, uy] = distance > 0.001 ? [x / distance, y / distance] : [1, 0];
  point.x = circle.x + ux * circle.radius;
  point.y = circle.y + uy * circle.radius;
  return true;
}

const AROUND = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const));

/** Shifts all into the drawing and says how large it is. */
function framed(points: readonly Point[]): { readonly points: Point[]; readonly size: Size } {
  const [left, right] = extent(points.map(({ x }) => x));
  const [top, bottom] = extent(points.map(({ y }) => y));
  return {
    points: points.map(({ x, y }) => ({ x: round(x - left + MARGIN.x), y: round(y - top + MARGIN.y) })),
    size: { width: Math.max(WIDTH, round(right - left + 2 * MARGIN.x)), height: round(bottom - top + 2 * MARGIN.y) },
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A block's cell, with room for a label of two lines below the node. */
const CELL = { width: 92, height: 74 } as const;
const ROW = 92;
const EDGE = 30;
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
  const top = MARGIN.y + distinct.length * ROW;
  const shape = groups.map(({ members }) => {
    const columns = Math.max(2, Math.ceil(Math.sqrt(members.length * 0.9)));
    return { columns, lines: Math.ceil(members.length / columns) };
  });
  const width = Math.max(900, shape.reduce((sum, { columns }) => sum + columns * CELL.width + 28, 2 * EDGE - 28));
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
    members.forEach((node, i) => at.set(node, { x: round(width / 2 + (i - (members.length - 1) / 2) * step), y: MARGIN.y + row * ROW }));
  });
  const bottom = Math.max(top, ...blocks.map(({ at: corner, size }) => corner.y + size.height));
  return { points: nodes.map((node) => at.get(node)!), size: { width: round(width), height: bottom + EDGE }, blocks };
}
