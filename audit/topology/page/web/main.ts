/** The page: reads the data that stands in it, draws, and answers clicks. Texts of the data are set as text, never as markup. */
import type { Language } from "../../types.ts";
import type { MapFailure, TopologyMap, View } from "../map.ts";
import { word, type WordId } from "../messages/index.ts";
import { Controls } from "./controls.ts";
import { Graph } from "./graph.ts";
import { showFindings, showSelection } from "./panel.ts";

const map = JSON.parse(document.getElementById("data")!.textContent ?? "") as TopologyMap;

let language: Language = "vi";
let view: View = "map";
let selected: string | undefined;
let failure: MapFailure | undefined;
let check: number | undefined;

const say = (id: WordId, values?: Readonly<Record<string, string | number>>): string => word(language, id, values);

const graph = new Graph(document.getElementById("graph")!, map, select);
const controls = new Controls(map, {
  view: (wanted) => { view = wanted; graph.arrange(view); controls.show(language, view, failure); },
  fit: () => graph.fit(),
  find: (id) => { graph.focus([id]); select(id); },
  language: () => { language = language === "vi" ? "en" : "vi"; showAll(); },
  failure: (chosen) => { failure = chosen; graph.colour(failure, check); controls.show(language, view, failure); },
  check: (chosen) => { check = chosen; graph.colour(failure, check); },
});

function select(id: string | undefined): void {
  selected = id;
  graph.mark(id === undefined ? [] : [id]);
  showSelection(map, id, language, say);
}

function showAll(): void {
  document.documentElement.lang = language;
  controls.show(language, view, failure);
  showSelection(map, selected, language, say);
  showFindings(map, language, say, (ids) => { graph.focus(ids); select(ids[0]); graph.mark(ids); });
}

showAll();
graph.whenDrawn(() => { document.documentElement.dataset["drawn"] = String(Math.round(performance.now())); });
