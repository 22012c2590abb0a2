/** The meeting on the screen: a tile a picture, the list of people, the buttons. */
import type { Participant, Role } from "../gate/protocol.ts";
import { type Layer, type Path, wantedLayer } from "./layers.ts";
import type { Text } from "./messages.ts";

export type Layout = "grid" | "speaker";

export interface ViewState {
  readonly you: string;
  readonly role: Role;
  readonly participants: readonly Participant[];
  readonly streams: ReadonlyMap<string, MediaStream>;
  readonly layout: Layout;
  /** Who was chosen to be seen large, else who spoke last. */
  readonly main: string | undefined;
}

export interface ViewEvents {
  text(text: Text): string;
  onMute(participant: string): void;
  onRemove(participant: string): void;
  onChoose(participant: string): void;
}

export function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Draws the state. Tiles stay where they are as long as their participant does, so that pictures do not flicker. */
export function draw(state: ViewState, events: ViewEvents): void {
  drawTiles(state, events);
  element("people").replaceChildren(...state.participants.map((participant) => person(participant, state, events)));
}

/** The size wanted of a participant's picture, by the place that it has. */
export function layerFor(participant: string, state: ViewState, path: Path): Layer {
  const place = state.layout === "grid" ? "grid" : participant === mainOf(state) ? "main" : "strip";
  return wantedLayer(place, state.streams.size, path);
}

function mainOf({ main, streams }: ViewState): string | undefined {
  return main !== undefined && streams.has(main) ? main : streams.keys().next().value;
}

function drawTiles(state: ViewState, events: ViewEvents): void {
  const tiles = element("tiles");
  tiles.className = state.layout;
  const kept = new Map([...tiles.children].map((tile) => [(tile as HTMLElement).dataset["participant"], tile as HTMLElement]));
  const main = mainOf(state);
  for (const [participant, stream] of state.streams) {
    const tile = kept.get(participant) ?? newTile(participant, events);
    kept.delete(participant);
    const video = tile.querySelector("video") as HTMLVideoElement;
    if (!sameTracks(video.srcObject as MediaStream | null, stream)) video.srcObject = stream;
    video.muted = participant === state.you;
    const found = state.participants.find(({ id }) => id === participant);
    (tile.querySelector("span") as HTMLElement).textContent = found?.name ?? "";
    tile.classList.toggle("own", participant === state.you);
    tile.classList.toggle("main", state.layout === "speaker" && participant === main);
    tile.classList.toggle("speaking", participant === state.main);
    if (tile.parentElement === null) tiles.append(tile);
  }
  for (const gone of kept.values()) gone.remove();
}

function newTile(participant: string, events: ViewEvents): HTMLElement {
  const tile = document.createElement("div");
  tile.className = "tile";
  tile.dataset["participant"] = participant;
  tile.onclick = () => events.onChoose(participant);
  const video = document.createElement("video");
  video.autoplay = true;
  video.playsInline = true;
  tile.append(video, document.createElement("span"));
  return tile;
}

function sameTracks(a: MediaStream | null, b: MediaStream): boolean {
  const ids = (stream: MediaStream): string => stream.getTracks().map(({ id }) => id).sort().join(" ");
  return a !== null && ids(a) === ids(b);
}

function person(participant: Participant, { you, role }: ViewState, events: ViewEvents): HTMLElement {
  const item = document.createElement("li");
  item.dataset["participant"] = participant.id;
  const notes: Text[] = [
    ...(participant.id === you ? ["you" as const] : []), ...(participant.role === "moderator" ? ["moderator" as const] : []),
    ...(participant.hand ? ["hand" as const] : []), ...(participant.audio ? [] : ["muted" as const]),
  ];
  item.append(`${participant.name}${notes.length > 0 ? ` (${notes.map((note) => events.text(note)).join(", ")})` : ""}`);
  if (role === "moderator" && participant.id !== you) {
    item.append(
      button(events.text("mute-other"), !participant.audio, () => events.onMute(participant.id)),
      button(events.text("remove-other"), false, () => events.onRemove(participant.id)),
    );
  }
  return item;
}

function button(text: string, disabled: boolean, onClick: () => void): HTMLElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.disabled = disabled;
  made.onclick = onClick;
  return made;
}
