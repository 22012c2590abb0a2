/** The network as a drawing for reports: pure text, no script, no reference to anything outside. */
import type { Language, Verdict } from "../types.ts";
import { VERDICTS } from "../types.ts";
import { placeLabels, type Label } from "./labels.ts";
import { COLOURS, communesAt, CONDITIONS, conditionsUnder, DIAMETERS, toneOf, type Tone } from "./look.ts";
import type { MapFailure, MapLink, MapNode, TopologyMap, View } from "./map.ts";
import { word } from "./messages/index.ts";
import { escapeMarkup } from "./text.ts";

export interface DrawingOptions {
  readonly view: View;
  readonly language: Language;
  /** Colours what it does; verdicts are shown without it. */
  readonly failure?: MapFailure;
}

/** Room above for title and legend, CSS pixels. */
const HEAD = 62;
const FONT = "font-family=\"'Liberation Sans', Arial, Helvetica, sans-serif\"";

/** A whole SVG document. */
export function renderSvg(map: TopologyMap, { view, language, failure }: DrawingOptions): string {
  const { width, height } = map.sizes[view];
  const conditions = failure && conditionsUnder(failure, map);
  const tone = (one: { readonly id: string; readonly verdict?: Verdict }): Tone => conditions?.get(one.id) ?? toneOf(one);
  const at = new Map(map.nodes.map((node) => [node.id, node.at[view]]));
  const title = `${word(language, "title")}: ${map.province.name}`;
  const subtitle = failure === undefined ? `${word(language, "judged")} ${map.at.slice(0, 16).replace("T", " ")} UTC` : `${word(language, `kind.${failure.kind}`)} ${failure.name}: ${effectText(map, failure, language)}`;
  const order = (a: MapLink, b: MapLink): number => Number(isQuiet(tone(b))) - Number(isQuiet(tone(a)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" lang="${language}" viewBox="0 0 ${width} ${height + HEAD}" width="${width}" height="${height + HEAD}" ${FONT}>`,
    `<title>${escapeMarkup(title)}</title>`,
    `<rect width="${width}" height="${height + HEAD}" fill="#ffffff"/>`,
    `<text x="24" y="28" font-size="18" font-weight="bold" fill="#1c2733">${escapeMarkup(title)}</text>`,
    `<text x="24" y="48" font-size="12" fill="#52606d">${escapeMarkup(subtitle)}</text>`,
    legend(failure === undefined ? [...VERDICTS, "none"] : CONDITIONS, language, width),
    `<g transform="translate(0 ${HEAD})">`,
    ...(view === "layers" ? map.blocks.map(({ name, at: corner, size }) =>
      `<rect x="${corner.x}" y="${corner.y}" width="${size.width}" height="${size.height}" rx="8" fill="#f5f7f9" stroke="#d9e0e6"/>` +
      `<text x="${corner.x + 10}" y="${corner.y + 18}" font-size="11" fill="#52606d">${escapeMarkup(name)}</text>`) : []),
    ...map.links.toSorted(order).map((link) => line(link, tone(link), at.get(link.ends[0])!, at.get(link.ends[1])!)),
    ...map.nodes.map((node) => shape(node, tone(node), node.at[view])),
    ...placeLabels(map.nodes, view).map(labelText),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** What a failure takes away, in a sentence. */
export function effectText({ nodes }: Pick<TopologyMap, "nodes">, { lost, thinned }: MapFailure, language: Language): string {
  if (lost.length === 0 && thinned.length === 0) return word(language, "noEffect");
  return word(language, "effect", { lost: lost.length, communes: communesAt(lost, nodes), thinned: thinned.length });
}

/** Tones that stay in the background. */
function isQuiet(tone: Tone): boolean {
  return tone === "pass" || tone === "none" || tone === "untouched";
}

function legend(tones: readonly Tone[], language: Language, width: number): string {
  const entries = tones.map((tone) => ({ tone, text: word(language, tone) }));
  const step = (text: string): number => 34 + text.length * 6.2;
  let x = width - 24 - entries.reduce((sum, { text }) => sum + step(text), 0);
  return entries.map(({ tone, text }) => {
    const entry = `<circle cx="${fixed(x + 6)}" cy="24" r="6" ${fill(tone)}/><text x="${fixed(x + 18)}" y="28" font-size="12" fill="#1c2733">${escapeMarkup(text)}</text>`;
    x += step(text);
    return entry;
  }).join("");
}

/** A node's inside and edge: unknown ones are hollow, so that print without colours tells them apart. */
function fill(tone: Tone): string {
  const colour = COLOURS[tone];
  if (tone === "unknown") return `fill="#ffffff" stroke="${colour}" stroke-width="3"`;
  if (tone === "cut") return `fill="#ffffff" stroke="${colour}" stroke-width="2" stroke-dasharray="3 2"`;
  return `fill="${colour}" stroke="#ffffff" stroke-width="1.5"`;
}

function shape({ id, layer, label }: MapNode, tone: Tone, { x, y }: { readonly x: number; readonly y: number }): string {
  const size = DIAMETERS[layer];
  const half = size / 2;
  const name = `<title>${escapeMarkup(id === label ? id : `${label} (${id})`)}</title>`;
  const square = `x="${fixed(x - half)}" y="${fixed(y - half)}" width="${size}" height="${size}"`;
  if (layer === "site-router") return `<circle cx="${x}" cy="${y}" r="${half}" ${fill(tone)}>${name}</circle>`;
  if (layer === "firewall") return `<rect ${square} transform="rotate(45 ${x} ${y})" ${fill(tone)}>${name}</rect>`;
  return `<rect ${square} rx="${layer === "segment" ? 0 : 5}" ${fill(tone)}>${name}</rect>`;
}

function line({ role, id }: MapLink, tone: Tone, from: { readonly x: number; readonly y: number }, to: { readonly x: number; readonly y: number }): string {
  const quiet = isQuiet(tone);
  const dash = tone === "cut" ? "2 5" : role === "backup" ? "6 4" : undefined;
  const width = !quiet ? 2.2 : role === "core" ? 1.6 : 1;
  return `<line x1="${from.x}" y1="${from.y}" x2="${to.x}" y2="${to.y}" stroke="${quiet ? "#b8c4ce" : COLOURS[tone]}" stroke-width="${width}"${dash === undefined ? "" : ` stroke-dasharray="${dash}"`}><title>${escapeMarkup(id)}</title></line>`;
}

function labelText({ lines, x, y, anchor, size }: Label): string {
  return lines.map((text, i) => `<text x="${fixed(x)}" y="${fixed(y + i * (size + 1))}" font-size="${size}" text-anchor="${anchor}" fill="#1c2733" stroke="#ffffff" stroke-width="2.5" paint-order="stroke">${escapeMarkup(text)}</text>`).join("");
}

const fixed = (value: number): string => String(Math.round(value * 10) / 10);
