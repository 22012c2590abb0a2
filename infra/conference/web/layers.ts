/**
 * Which of the three sizes of others' pictures is asked for. Each sender sends all three (simulcast); a receiver whose link is too
 * thin for the large ones asks for smaller ones, instead of losing parts of them.
 */

/** 0: 320×180, 1: 640×360, 2: 1280×720. */
export type Layer = 0 | 1 | 2;

/** What the way here has shown of itself. */
export interface Path {
  /** The largest size that it carries, as far as is known. */
  readonly ceiling: Layer;
  /** Samples in a row without loss, at this ceiling. */
  readonly clean: number;
  /** Samples without loss until a larger size is tried. Doubles with every try that fails. */
  readonly patience: number;
  /** The ceiling is a try that has not held for long yet. */
  readonly trying: boolean;
}

/** Packets of all others' video during the last sample. */
export interface Sample {
  readonly received: number;
  readonly lost: number;
}

/** Seconds from one sample to the next. */
export const SAMPLE_SECONDS = 2;

const LEAST_PATIENCE = 5;
const MOST_PATIENCE = 60;
export const FRESH_PATH: Path = { ceiling: 2, clean: 0, patience: LEAST_PATIENCE, trying: false };

/** As loss-based congestion control has it (draft-ietf-rmcat-gcc-02, 6): below 2 % there is room, above some percent there is none. */
const ROOM_BELOW = 0.02;
const TOO_MUCH_ABOVE = 0.04;
/** Fewer packets say nothing about a ratio. One small picture of low rate brings some 20 a sample. */
const FEWEST_PACKETS = 10;

export function next(path: Path, { received, lost }: Sample): Path {
  if (received + lost < FEWEST_PACKETS) return path;
  const loss = lost / (received + lost);
  if (loss > TOO_MUCH_ABOVE) {
    return { ceiling: lower(path.ceiling), clean: 0, patience: path.trying ? Math.min(MOST_PATIENCE, path.patience * 2) : path.patience, trying: false };
  }
  if (loss > ROOM_BELOW) return { ...path, clean: 0 };
  const clean = path.clean + 1;
  if (clean < path.patience) return { ...path, clean };
  if (path.ceiling < 2) return { ...path, ceiling: (path.ceiling + 1) as Layer, clean: 0, trying: true };
  // It has held: the next fall is another matter.
  return { ceiling: 2, clean, patience: LEAST_PATIENCE, trying: false };
}

function lower(layer: Layer): Layer {
  return layer === 0 ? 0 : (layer - 1) as Layer;
}

/** Pictures of equal size that a screen has room for in HD, and in half of it. */
const HD_PICTURES = 6;
const HALF_PICTURES = 16;

/** The size for a picture among `pictures`, by the room that it has on the screen. */
export function wantedLayer(place: "grid" | "main" | "strip", pictures: number, { ceiling }: Path): Layer {
  const size = place === "main" ? 2 : place === "strip" ? 0 : pictures <= HD_PICTURES ? 2 : pictures <= HALF_PICTURES ? 1 : 0;
  return Math.min(size, ceiling) as Layer;
}
