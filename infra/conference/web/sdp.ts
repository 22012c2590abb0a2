/**
 * The answer with the bit rate at which Chromium is to begin sending video, kbit/s. Left to itself it starts at 300 and may stay at
 * 640×360 for long; other browsers ignore the parameter.
 */
export function withStartBitrate(sdp: string, startKbps: number): string {
  const sections = sdp.split(/(?=^m=)/m);
  return sections.map((section) => {
    const payload = /^m=video \d+ \S+ (\d+)/.exec(section)?.[1];
    if (payload === undefined) return section;
    const parameter = `x-google-start-bitrate=${startKbps}`;
    const format = new RegExp(`^a=fmtp:${payload} .*$`, "m");
    if (format.test(section)) return section.replace(format, (line) => `${line};${parameter}`);
    return section.replace(new RegExp(`^a=rtpmap:${payload} .*\r\n`, "m"), (line) => `${line}a=fmtp:${payload} ${parameter}\r\n`);
  }).join("");
}
