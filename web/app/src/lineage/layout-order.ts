// The fifth step of the layout: the order within the columns that lets few lines cross. Sweeps by barycentre and swaps
// of neighbours, from several beginnings; the best order that was seen is kept. The same graph gives the same order.
import type { Item, Lanes } from './layout-lanes.ts';

/** How often items may be put in order, all in all: what a large graph has time for. */
const MOST_WORK = 30_000;

/** Orders the layers of a fresh layout. */
export function orderLayers(lanes: Lanes): void {
  const affordable = Math.max(4, Math.floor(MOST_WORK / Math.max(1, lanes.items.length)));
  const sweeps = Math.min(16, affordable);
  const beginnings = Math.max(1, Math.min(10, Math.floor(affordable / sweeps)));
  const work = new Work(lanes);
  let best = lanes.layers.map((layer) => [...layer]);
  let fewest = Number.POSITIVE_INFINITY;
  for (let beginning = 0; beginning < beginnings && fewest > 0; beginning++) {
    work.begin(beginning);
    let idle = 0;
    for (let sweep = 0; sweep < sweeps && idle < 4 && fewest > 0; sweep++) {
      work.sweep(sweep % 2 === 0, sweep % 4 >= 2);
      work.swap();
      const crossings = work.crossings();
      if (crossings < fewest) {
        fewest = crossings;
        best = work.layers.map((layer) => [...layer]);
        idle = 0;
      } else idle += 1;
    }
  }
  lanes.layers = best;
}

class Work {
  layers: number[][];
  readonly #items: readonly Item[];
  readonly #place: Int32Array;
  readonly #centre: Float64Array;
  readonly #before: readonly Int32Array[];
  readonly #after: readonly Int32Array[];
  readonly #counts: Int32Array;
  readonly #filled: Int32Array;

  constructor(lanes: Lanes) {
    this.layers = lanes.layers.map((layer) => [...layer]);
    this.#items = lanes.items;
    this.#place = new Int32Array(lanes.items.length);
    this.#centre = new Float64Array(lanes.items.length);
    this.#before = lanes.items.map((item) => Int32Array.from(item.before, (joint) => joint.item));
    this.#after = lanes.items.map((item) => Int32Array.from(item.after, (joint) => joint.item));
    this.#filled = new Int32Array(lanes.items.length);
    const widest = this.layers.reduce((most, layer) => Math.max(most, layer.length), 0);
    this.#counts = new Int32Array(widest + 2);
  }

  /** Sets an order to start from: by walks through the graph, or shuffled. */
  begin(number: number): void {
    if (number < 2) this.#walk(number === 1);
    else this.#shuffle(number);
    for (const layer of this.layers) this.#settle(layer);
  }

  /** Orders each layer by where the neighbours on one side are. `isTurned`: equal ones change places. */
  sweep(isForward: boolean, isTurned: boolean): void {
    const beside = isForward ? this.#before : this.#after;
    const count = this.layers.length;
    for (let step = 1; step < count; step++) {
      const layer = this.layers[isForward ? step : count - 1 - step] as number[];
      for (const item of layer) {
        const others = beside[item] as Int32Array;
        let sum = 0;
        for (const other of others) sum += this.#place[other] as number;
        this.#centre[item] = others.length ? sum / others.length : -1;
      }
      this.#keepUnjoined(layer);
      const turn = isTurned ? -1 : 1;
      layer.sort(
        (one, other) =>
          (this.#centre[one] as number) - (this.#centre[other] as number) ||
          turn * ((this.#place[one] as number) - (this.#place[other] as number)),
      );
      this.#settle(layer);
    }
  }

  /** Swaps neighbours in a layer while that removes crossings. */
  swap(): void {
    let isBetter = true;
    for (let round = 0; isBetter && round < 3; round++) {
      isBetter = false;
      for (const layer of this.layers) {
        let isSwapped = false;
        for (let at = 0; at + 1 < layer.length; at++) {
          const one = layer[at] as number;
          const other = layer[at + 1] as number;
          if (this.#items[other]?.isLast) continue;
          const now = this.#between(this.#before, one, other) + this.#between(this.#after, one, other);
          if (now === 0) continue;
          const then = this.#between(this.#before, other, one) + this.#between(this.#after, other, one);
          if (then >= now) continue;
          layer[at] = other;
          layer[at + 1] = one;
          this.#place[other] = at;
          this.#place[one] = at + 1;
          isSwapped = isBetter = true;
        }
        if (isSwapped) this.#tell(layer);
      }
    }
  }

  /** How many pairs of lines cross. */
  crossings(): number {
    let crossings = 0;
    const counts = this.#counts;
    for (let at = 0; at + 1 < this.layers.length; at++) {
      const layer = this.layers[at] as number[];
      const length = this.layers[at + 1]?.length ?? 0;
      counts.fill(0, 0, length + 1);
      let seen = 0;
      for (const item of layer) {
        const others = this.#after[item] as Int32Array;
        // Those from above that end further down cross.
        for (const other of others) crossings += seen - sumTo(counts, (this.#place[other] as number) + 1);
        for (const other of others) add(counts, (this.#place[other] as number) + 1, length);
        seen += others.length;
      }
    }
    return crossings;
  }

  #settle(layer: number[]): void {
    const last = layer.findIndex((item) => this.#items[item]?.isLast);
    if (last >= 0) layer.push(...layer.splice(last, 1));
    layer.forEach((item, place) => {
      this.#place[item] = place;
    });
    this.#tell(layer);
  }

  /** Keeps the lists of neighbours of what lies beside a layer in its order, which `#between` relies on. */
  #tell(layer: readonly number[]): void {
    for (const [own, others] of [
      [this.#before, this.#after],
      [this.#after, this.#before],
    ] as const) {
      for (const item of layer) for (const other of own[item] as Int32Array) this.#filled[other] = 0;
      for (const item of layer) {
        for (const other of own[item] as Int32Array) {
          const at = this.#filled[other] as number;
          (others[other] as Int32Array)[at] = item;
          this.#filled[other] = at + 1;
        }
      }
    }
  }

  /** What has no neighbours on the side looked at keeps its place in proportion. */
  #keepUnjoined(layer: readonly number[]): void {
    let last = 0;
    for (const item of layer) {
      if ((this.#centre[item] as number) < 0) this.#centre[item] = last;
      last = this.#centre[item] as number;
    }
  }

  /** Crossings of the lines of two items on one side, the first above the second. */
  #between(beside: readonly Int32Array[], upper: number, lower: number): number {
    const above = beside[upper] as Int32Array;
    const below = beside[lower] as Int32Array;
    let crossings = 0;
    let smaller = 0;
    for (const other of above) {
      const place = this.#place[other] as number;
      while (smaller < below.length && (this.#place[below[smaller] as number] as number) < place) smaller += 1;
      crossings += smaller;
    }
    return crossings;
  }

  /** In the order in which a walk along the lines meets them. */
  #walk(isFromRight: boolean): void {
    const order: number[][] = this.layers.map(() => []);
    const seen = new Uint8Array(this.#items.length);
    const layers = isFromRight ? this.layers.toReversed() : this.layers;
    for (const start of layers.flat().sort((one, other) => one - other)) {
      const waiting = [start];
      for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
        if (seen[item]) continue;
        seen[item] = 1;
        order[this.#items[item]?.layer as number]?.push(item);
        const near = isFromRight ? this.#before : this.#after;
        const far = isFromRight ? this.#after : this.#before;
        waiting.push(...(far[item] as Int32Array), ...(near[item] as Int32Array));
      }
    }
    this.layers = order;
  }

  /** Another order, the same for the same number. */
  #shuffle(seed: number): void {
    let state = seed * 2_654_435_761;
    for (const layer of this.layers) {
      for (let at = layer.length - 1; at > 0; at--) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        const other = state % (at + 1);
        const item = layer[at] as number;
        layer[at] = layer[other] as number;
        layer[other] = item;
      }
    }
  }
}

// A Fenwick tree: sums of a growing list of counts.
function add(counts: Int32Array, index: number, length: number): void {
  for (let at = index; at <= length; at += at & -at) counts[at] = (counts[at] as number) + 1;
}

function sumTo(counts: Int32Array, index: number): number {
  let sum = 0;
  for (let at = index; at > 0; at -= at & -at) sum += counts[at] as number;
  return sum;
}
