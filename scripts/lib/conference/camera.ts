/** A picture for a browser's fake camera: without it Chromium shows 640×480, and nothing could be said about HD. */

const WIDTH = 1280;
const HEIGHT = 720;
/** Few, since software encodes them: a second of moving picture, shown again and again. */
export const CAMERA_FRAMES_PER_SECOND = 10;
const FRAMES = 10;
/** Side of the squares that move, pixels. */
const SQUARE = 40;

/** A film in YUV4MPEG2: squares that move over a gradient, with enough detail that an encoder uses its bit rate. */
export function cameraFilm(): Uint8Array {
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${CAMERA_FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n`);
  const chroma = (WIDTH / 2) * (HEIGHT / 2);
  const frames = Array.from({ length: FRAMES }, (_, frame) => {
    const bytes = Buffer.alloc(WIDTH * HEIGHT + 2 * chroma, 128);
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const square = (Math.floor((x + frame * SQUARE / FRAMES * 2) / SQUARE) + Math.floor(y / SQUARE)) % 2;
        bytes[y * WIDTH + x] = 40 + square * 80 + ((x ^ y) & 31) + ((x * 7 + y * 13 + frame * 29) % 17);
      }
    }
    return Buffer.concat([Buffer.from("FRAME\n"), bytes]);
  });
  return Buffer.concat([header, ...frames]);
}
