/** What is around the drawing: heading, view, search, language, legend, and the slider over failures. */
import type { Language } from "../../types.ts";
import { VERDICTS } from "../../types.ts";
import { COLOURS, communesAt, CONDITIONS } from "../look.ts";
import type { FailureKind, MapFailure, TopologyMap, View } from "../map.ts";
import { word, type WordId } from "../messages/index.ts";
import { byId, make } from "./dom.ts";

export interface Handlers {
  view(view: View): void;
  fit(): void;
  find(id: string): void;
  language(): void;
  failure(failure: MapFailure | undefined): void;
  /** The check whose verdicts are shown; all of them without one. */
  check(index: number | undefined): void;
}

const VIEWS: readonly View[] = ["map", "layers"];

export class Controls {
  readonly #map: TopologyMap;
  readonly #handlers: Handlers;
  readonly #slider = byId("failure", HTMLInputElement);
  readonly #kinds = byId("kinds", HTMLSelectElement);
  readonly #checks = byId("checks", HTMLSelectElement);
  /** The failures of the chosen kind, in the slider's order. */
  #failures: readonly MapFailure[];

  constructor(map: TopologyMap, handlers: Handlers) {
    this.#map = map;
    this.#handlers = handlers;
    this.#failures = map.failures;
    for (const view of VIEWS) {
      const button = make("button", { type: "button", "data-view": view });
      button.addEventListener("click", () => handlers.view(view));
      byId("views", HTMLDivElement).append(button);
    }
    byId("fit", HTMLButtonElement).addEventListener("click", () => handlers.fit());
    byId("language", HTMLButtonElement).addEventListener("click", () => handlers.language());
    byId("names", HTMLDataListElement).append(...map.nodes.map(({ id, label }) => make("option", { value: label }, id)), ...map.links.map(({ id }) => make("option", { value: id })));
    const search = byId("search", HTMLInputElement);
    search.addEventListener("change", () => this.#search(search));
    this.#slider.addEventListener("input", () => this.#choose());
    this.#kinds.addEventListener("change", () => {
      const kind = this.#kinds.value as FailureKind | "";
      this.#failures = kind === "" ? map.failures : map.failures.filter((one) => one.kind === kind);
      this.#slider.value = "0";
      this.#choose();
    });
    this.#checks.addEventListener("change", () => handlers.check(this.#checks.value === "" ? undefined : Number(this.#checks.value)));
    byId("previous", HTMLButtonElement).addEventListener("click", () => { this.#slider.stepDown(); this.#choose(); });
    byId("next", HTMLButtonElement).addEventListener("click", () => { this.#slider.stepUp(); this.#choose(); });
  }

  /** Writes everything in a language, for what is shown. */
  show(language: Language, view: View, failure: MapFailure | undefined): void {
    const say = (id: WordId, values?: Readonly<Record<string, string | number>>): string => word(language, id, values);
    const title = `${say("title")}: ${this.#map.province.name}`;
    document.title = title;
    byId("title", HTMLHeadingElement).textContent = title;
    byId("meta", HTMLParagraphElement).textContent = `${say("judged")} ${new Date(this.#map.at).toLocaleString(language === "vi" ? "vi-VN" : "en-GB")}`;
    byId("counts", HTMLUListElement).replaceChildren(...VERDICTS.map((verdict) => make("li", { class: verdict }, make("b", {}, String(this.#map.counts[verdict])), say(verdict))));
    for (const button of byId("views", HTMLDivElement).querySelectorAll("button")) {
      button.textContent = say(button.dataset["view"] as View);
      button.setAttribute("aria-pressed", String(button.dataset["view"] === view));
    }
    byId("fit", HTMLButtonElement).textContent = say("fit");
    byId("language", HTMLButtonElement).textContent = say("language");
    byId("search", HTMLInputElement).placeholder = say("search");
    byId("legend", HTMLUListElement).replaceChildren(...(failure === undefined ? [...VERDICTS, "none" as const] : CONDITIONS).map((tone) => {
      const hollow = tone === "unknown" || tone === "cut";
      return make("li", {}, make("i", { style: hollow ? `border-color:${COLOURS[tone]}` : `background:${COLOURS[tone]}` }), say(tone));
    }));
    const chosen = this.#checks.value;
    this.#checks.replaceChildren(make("option", { value: "" }, say("allChecks")), ...this.#map.checks.map(({ title: name }, index) => make("option", { value: String(index) }, name[language])));
    this.#checks.value = chosen;
    this.#checks.ariaLabel = say("check");
    this.#checks.disabled = failure !== undefined;
    this.#showFailure(say, failure);
  }

  #showFailure(say: (id: WordId, values?: Readonly<Record<string, string | number>>) => string, failure: MapFailure | undefined): void {
    const kinds = [...new Set(this.#map.failures.map(({ kind }) => kind))];
    const chosen = this.#kinds.value;
    this.#kinds.replaceChildren(make("option", { value: "" }, say("allKinds")), ...kinds.map((kind) => make("option", { value: kind }, say(`kind.${kind}`))));
    this.#kinds.value = chosen;
    this.#kinds.ariaLabel = say("kind");
    this.#slider.max = String(this.#failures.length);
    this.#slider.ariaLabel = say("failures");
    byId("previous", HTMLButtonElement).ariaLabel = say("previous");
    byId("next", HTMLButtonElement).ariaLabel = say("next");
    const line = byId("effect", HTMLParagraphElement);
    if (failure === undefined) {
      line.replaceChildren(say("nothingFails"));
      return;
    }
    const { lost, thinned } = failure;
    const number = say("failureNumber", { number: this.#failures.indexOf(failure) + 1, count: this.#failures.length });
    const effect = lost.length + thinned.length === 0 ? say("noEffect") : say("effect", { lost: lost.length, communes: communesAt(lost, this.#map.nodes), thinned: thinned.length });
    line.replaceChildren(`${number} · ${say(`kind.${failure.kind}`)} `, make("b", {}, failure.name), ` · ${effect}`);
  }

  #choose(): void {
    const index = Number(this.#slider.value);
    this.#handlers.failure(index === 0 ? undefined : this.#failures[index - 1]);
  }

  #search(search: HTMLInputElement): void {
    const wanted = search.value.trim().toLocaleLowerCase("vi");
    if (wanted === "") return;
    const fits = (text: string): boolean => text.toLocaleLowerCase("vi") === wanted;
    const holds = (text: string): boolean => text.toLocaleLowerCase("vi").includes(wanted);
    const { nodes, links } = this.#map;
    const found = nodes.find(({ id, label, site, hosts }) => [id, label, site, ...hosts].some(fits)) ?? links.find(({ id }) => fits(id))
      ?? nodes.find(({ id, label, siteName }) => [id, label, siteName].some(holds)) ?? links.find(({ id }) => holds(id));
    search.setAttribute("aria-invalid", String(found === undefined));
    if (found !== undefined) this.#handlers.find(found.id);
  }
}
