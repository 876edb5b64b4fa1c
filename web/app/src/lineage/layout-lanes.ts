// The fourth step of the layout: what passes through each column. A line that is longer than a column takes a lane
// through those between; all lines from one part share their lanes.
import type { Plan } from './layout-parts.ts';

/** Something that takes a place in a column: a unit, or a lane. */
export interface Item {
  /** −1 of a lane. */
  unit: number;
  /** Counted from the leftmost column. */
  layer: number;
  height: number;
  /** Where its centre is. */
  y: number;
  /** Stays where it is. */
  isFixed: boolean;
  isLast: boolean;
  /** What it is joined to in the columns before and after. */
  before: Joint[];
  after: Joint[];
}

/** A piece of a line to an item in the next column. The offsets are from the centres to where the line ends. */
export interface Joint {
  item: number;
  ownOffset: number;
  offset: number;
}

export interface Lanes {
  items: Item[];
  /** Items of each column, in order from the top. */
  layers: number[][];
  /** Of the leftmost layer. */
  firstColumn: number;
  /** Of each link the items that it goes through, from the source's unit to the target's; null: it goes back. */
  ways: (number[] | null)[];
  /** The item of each unit that is shown. */
  itemOf: Map<number, number>;
}

export const LANE_HEIGHT = 4;

export function lanesOf(plan: Plan): Lanes {
  const { units, parts, links } = plan;
  const shown = units.flatMap((unit, index) => (unit.isDropped ? [] : [index]));
  const columns = shown.map((index) => units[index]?.column as number);
  const firstColumn = columns.reduce((least, column) => Math.min(least, column), Number.POSITIVE_INFINITY);
  const lastColumn = columns.reduce((most, column) => Math.max(most, column), Number.NEGATIVE_INFINITY);
  const lanes: Lanes = {
    items: [],
    layers: Array.from({ length: lastColumn - firstColumn + 1 }, () => []),
    firstColumn,
    ways: [],
    itemOf: new Map(),
  };
  const { itemOf } = lanes;
  for (const index of shown) {
    const unit = units[index];
    if (unit) itemOf.set(index, addItem(lanes, index, unit.column - firstColumn, unit.height, unit.isLast));
  }
  // By source part and layer.
  const shared = new Map<string, number>();
  lanes.ways = links.map((link) => {
    const source = parts[link.source];
    const target = parts[link.target];
    const from = source && itemOf.get(source.unit);
    const to = target && itemOf.get(target.unit);
    if (from === undefined || to === undefined) return null;
    const first = lanes.items[from]?.layer as number;
    const last = lanes.items[to]?.layer as number;
    if (first >= last) return null;
    const way = [from];
    let end = from;
    let offset = source?.offset ?? 0;
    for (let layer = first + 1; layer < last; layer++) {
      const key = `${link.source}:${layer}`;
      let lane = shared.get(key);
      if (lane === undefined) {
        lane = addItem(lanes, -1, layer, LANE_HEIGHT, false);
        shared.set(key, lane);
        join(lanes, end, offset, lane, 0);
      }
      way.push(lane);
      end = lane;
      offset = 0;
    }
    join(lanes, end, offset, to, target?.offset ?? 0);
    way.push(to);
    return way;
  });
  return lanes;
}

function addItem(lanes: Lanes, unit: number, layer: number, height: number, isLast: boolean): number {
  const item = { unit, layer, height, y: 0, isFixed: false, isLast, before: [], after: [] };
  lanes.layers[layer]?.push(lanes.items.length);
  return lanes.items.push(item) - 1;
}

function join(lanes: Lanes, from: number, fromOffset: number, to: number, toOffset: number): void {
  lanes.items[from]?.after.push({ item: to, ownOffset: fromOffset, offset: toOffset });
  lanes.items[to]?.before.push({ item: from, ownOffset: toOffset, offset: fromOffset });
}
