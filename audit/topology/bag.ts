/** Sets of sites that can be joined in one step, whatever their size: the failure analysis joins more often than anybody reads. */

/** Its parts share no site. `undefined` is the empty one. */
export interface Bag {
  readonly count: number;
  /** Of those, the ones that have two ways out when nothing is broken. */
  readonly sound: number;
  readonly site: number;
  readonly left: Bag | undefined;
  readonly right: Bag | undefined;
}

export function bagOf(site: number, sound: boolean): Bag {
  return { count: 1, sound: sound ? 1 : 0, site, left: undefined, right: undefined };
}

export function join(left: Bag | undefined, right: Bag | undefined): Bag | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  return { count: left.count + right.count, sound: left.sound + right.sound, site: -1, left, right };
}

/** The sites of a bag, or only those that have two ways out when nothing is broken, in rising order. Takes as long as what it gives is. */
export function sitesIn(bag: Bag | undefined, soundOnly = false): number[] {
  const found: number[] = [];
  const stack = [bag];
  while (stack.length > 0) {
    const one = stack.pop();
    if (one === undefined || (soundOnly && one.sound === 0)) continue;
    if (one.site >= 0) found.push(one.site);
    else stack.push(one.left, one.right);
  }
  return found.sort((a, b) => a - b);
}
