/** Cameras and microphones. */

/** What was chosen; an empty text is "none". */
export interface Choice {
  readonly camera: string;
  readonly microphone: string;
}

/** HD, as far as the camera has it. */
const PICTURE: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

/** Cameras and microphones by name. Browsers tell names only once access was granted, so something is opened first. */
export async function devices(): Promise<{ readonly cameras: readonly MediaDeviceInfo[]; readonly microphones: readonly MediaDeviceInfo[] }> {
  const before = await navigator.mediaDevices.enumerateDevices();
  const has = (kind: MediaDeviceKind): boolean => before.some((device) => device.kind === kind);
  if (before.every((device) => device.label === "") && (has("videoinput") || has("audioinput"))) {
    const opened = await navigator.mediaDevices.getUserMedia({ video: has("videoinput"), audio: has("audioinput") });
    for (const track of opened.getTracks()) track.stop();
  }
  const all = await navigator.mediaDevices.enumerateDevices();
  return { cameras: all.filter(({ kind }) => kind === "videoinput"), microphones: all.filter(({ kind }) => kind === "audioinput") };
}

/** Opens what was chosen. Rejects when the browser or the person refuses. */
export async function open({ camera, microphone }: Choice): Promise<MediaStream> {
  if (camera === "" && microphone === "") return new MediaStream();
  return await navigator.mediaDevices.getUserMedia({
    video: camera !== "" && { ...PICTURE, deviceId: { exact: camera } },
    audio: microphone !== "" && { deviceId: { exact: microphone }, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
}
