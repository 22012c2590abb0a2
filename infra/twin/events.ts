/** What `twinUp` tells while it is at work. */
export type TwinEvent =
  | { readonly kind: "image-waiting"; readonly hash: string; readonly heldBy: number }
  | { readonly kind: "image-building"; readonly hash: string; readonly packages: number }
  | { readonly kind: "image-ready"; readonly hash: string; readonly seconds: number }
  /** Remains of an `up` that was killed were taken away first. */
  | { readonly kind: "swept"; readonly twin: string }
  | { readonly kind: "wired"; readonly nodes: number; readonly cables: number; readonly seconds: number }
  | { readonly kind: "host-booting"; readonly host: string }
  /** Its sshd answers. `booted` is false for one that was running already. */
  | { readonly kind: "host-ready"; readonly host: string; readonly booted: boolean; readonly seconds: number }
  | { readonly kind: "host-failed"; readonly host: string; readonly reason: string };

export type OnEvent = (event: TwinEvent) => void;
