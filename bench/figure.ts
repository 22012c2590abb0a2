/** One printed figure. `kept`: the bound holds. */
export interface Figure {
  readonly name: string;
  readonly measured: string;
  readonly bound: string;
  readonly kept: boolean;
  readonly note?: string;
}
