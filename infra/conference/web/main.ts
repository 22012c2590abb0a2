/** The page: from an invitation's link to the meeting. */
import { Call } from "./call.ts";
import { devices, open } from "./devices.ts";
import { initialLanguage, keepLanguage, message, type Text } from "./messages.ts";
import { draw, element, layerFor, type ViewState } from "./view.ts";

const token = location.hash.slice(1);
let language = initialLanguage();
let notice: Text | undefined;
let roomName: string | undefined;
let own = new MediaStream();
let call: Call | undefined;
let media = { audio: false, video: false };
let hand = false;
let state: ViewState = { you: "", role: "guest", participants: [], streams: new Map(), layout: "grid", main: undefined };

const text = (key: Text): string => message(language, key);

function show(change: Partial<ViewState> = {}): void {
  state = { ...state, ...change };
  document.documentElement.lang = language;
  document.title = text("title");
  element("room").textContent = roomName ?? text("title");
  element("language").textContent = text("other-language");
  element("notice").hidden = notice === undefined;
  element("notice").textContent = notice === undefined ? "" : text(notice);
  for (const one of document.querySelectorAll<HTMLElement>("[data-text]")) one.textContent = text(one.dataset["text"] as Text);
  label("mute", media.audio ? "mute" : "unmute", !media.audio, own.getAudioTracks().length > 0);
  label("picture", media.video ? "picture-off" : "picture-on", !media.video, own.getVideoTracks().length > 0);
  label("hand", hand ? "lower-hand" : "raise-hand", hand, true);
  label("layout", state.layout === "grid" ? "speaker" : "grid", false, true);
  draw(state, {
    text,
    onMute: (participant) => call?.mute(participant),
    onRemove: (participant) => call?.remove(participant),
    onChoose: (participant) => {
      show({ main: participant, layout: "speaker" });
      call?.adjustLayers();
    },
  });
}

function label(id: string, key: Text, pressed: boolean, usable: boolean): void {
  const button = element<HTMLButtonElement>(id);
  button.textContent = text(key);
  button.setAttribute("aria-pressed", String(pressed));
  button.disabled = !usable;
}

function say(key: Text | undefined): void {
  notice = key;
  show();
}

/** The place before the meeting: which camera, which microphone. */
async function lobby(): Promise<void> {
  element("lobby").hidden = false;
  const camera = element<HTMLSelectElement>("camera");
  const microphone = element<HTMLSelectElement>("microphone");
  try {
    const found = await devices();
    fill(camera, found.cameras);
    fill(microphone, found.microphones);
  } catch {
    fill(camera, []);
    fill(microphone, []);
    say("no-devices");
  }
  const preview = async (): Promise<void> => {
    element<HTMLButtonElement>("join").disabled = true;
    for (const track of own.getTracks()) track.stop();
    own = await open({ camera: camera.value, microphone: microphone.value }).catch(() => {
      say("no-devices");
      return new MediaStream();
    });
    element<HTMLVideoElement>("preview").srcObject = own;
    element<HTMLButtonElement>("join").disabled = false;
  };
  camera.onchange = microphone.onchange = () => void preview();
  await preview();
}

function fill(select: HTMLSelectElement, found: readonly MediaDeviceInfo[]): void {
  const options = found.map(({ deviceId, label: name }) => new Option(name, deviceId));
  const none = new Option(text("none"), "");
  none.dataset["text"] = "none";
  select.replaceChildren(...options, none);
}

function join(): void {
  element("lobby").hidden = true;
  element("call").hidden = false;
  media = { audio: own.getAudioTracks().length > 0, video: own.getVideoTracks().length > 0 };
  say(undefined);
  call = new Call(token, own, {
    onWelcome: ({ you, role, room }) => {
      roomName = room.name;
      show({ you, role });
    },
    onParticipants: (participants) => show({ participants }),
    onStreams: (streams) => show({ streams: own.getTracks().length === 0 ? streams : new Map([...streams, [state.you, own]]) }),
    onSpeaker: (participant) => { if (participant !== undefined && participant !== state.main) show({ main: participant }); },
    onMuted: () => {
      media = { ...media, audio: false };
      call?.setMedia(media.audio, media.video);
      say("muted-by-moderator");
    },
    onNotice: say,
    onEnd: (key) => {
      element("call").hidden = true;
      call = undefined;
      say(key);
    },
    layerOf: (participant, path) => layerFor(participant, state, path),
  });
}

element("language").onclick = () => {
  language = language === "vi" ? "en" : "vi";
  keepLanguage(language);
  show();
};
element("join").onclick = join;
element("leave").onclick = () => call?.leave();
element("layout").onclick = () => {
  show({ layout: state.layout === "grid" ? "speaker" : "grid" });
  call?.adjustLayers();
};
element("hand").onclick = () => {
  hand = !hand;
  call?.raiseHand(hand);
  show();
};
element("mute").onclick = () => setMedia({ ...media, audio: !media.audio });
element("picture").onclick = () => setMedia({ ...media, video: !media.video });

function setMedia(wanted: typeof media): void {
  media = wanted;
  call?.setMedia(media.audio, media.video);
  say(undefined);
}

show();
if (token === "") say("no-token");
else await lobby();
