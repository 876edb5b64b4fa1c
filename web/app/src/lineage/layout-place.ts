// The sixth step of the layout: how high everything stands, so that lines are short and straight and nothing overlaps.
import type { Item, Joint, Lanes } from './layout-lanes.ts';
import { ROW_GAP } from './layout-types.ts';

/** Between a lane and a box: of a fresh layout, and the least of one that leaves boxes where they are. */
const LANE_ROOM = 10;
export const LANE_MARGIN = 5;
const LANE_GAP = 4;
const ROUNDS = 8;

/** Places the items of ordered layers, in their order. */
export function placeFresh(lanes: Lanes): void {
  for (const layer of lanes.layers) stack(lanes.items, layer);
  for (let round = 0; round < ROUNDS; round++) {
    const isForward = round % 2 === 0;
    const layers = isForward ? lanes.layers : lanes.layers.toReversed();
    // At the end both sides pull, so that the last sweep does not decide alone.
    const sides = round >= ROUNDS - 4 ? 'both' : isForward ? 'before' : 'after';
    for (const layer of layers) {
      const wishes = layer.map((index) => wishOf(lanes.items, lanes.items[index] as Item, sides));
      keepOrder(lanes.items, layer, wishes);
    }
  }
}

/** Where an item would like its centre to be, and how much. */
export interface Wish {
  y: number;
  weight: number;
}

/** The middle of where its lines come from or go to; lanes want to be straight more than boxes. */
export function wishOf(items: readonly Item[], item: Item, sides: 'before' | 'after' | 'both'): Wish {
  let weight = 0;
  let sum = 0;
  const take = (joint: Joint) => {
    const other = items[joint.item] as Item;
    const own = (item.unit < 0 ? 2 : 1) * (other.unit < 0 ? 2 : 1);
    weight += own;
    sum += own * (other.y + joint.offset - joint.ownOffset);
  };
  if (sides !== 'after') item.before.forEach(take);
  if (sides !== 'before') item.after.forEach(take);
  return weight > 0 ? { y: sum / weight, weight } : { y: item.y, weight: 0.1 };
}

/** How far apart the centres of two items have to be. */
export function apart(upper: Item, lower: Item): number {
  const isLane = upper.unit < 0 || lower.unit < 0;
  const gap = upper.unit < 0 && lower.unit < 0 ? LANE_GAP : isLane ? LANE_ROOM : ROW_GAP;
  return (upper.height + lower.height) / 2 + gap;
}

function stack(items: readonly Item[], layer: readonly number[]): void {
  let y = 0;
  let previous: Item | undefined;
  for (const index of layer) {
    const item = items[index] as Item;
    if (previous) y += apart(previous, item);
    item.y = y;
    previous = item;
  }
  for (const index of layer) (items[index] as Item).y -= y / 2;
}

/**
 * Gives each item of a layer the place nearest to its wish, all in all, that keeps the order and the distances
 * (isotonic regression: neighbours whose wishes are at odds move as one block). `low` and `high` bound the centres.
 */
export function keepOrder(
  items: readonly Item[],
  layer: readonly number[],
  wishes: readonly Wish[],
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): void {
  // Without the distances between them, places must only not decrease.
  const before = new Float64Array(layer.length);
  const blocks: { sum: number; weight: number; end: number }[] = [];
  layer.forEach((index, at) => {
    const previous = at > 0 ? items[layer[at - 1] as number] : undefined;
    if (previous) before[at] = (before[at - 1] as number) + apart(previous, items[index] as Item);
    const wish = wishes[at] as Wish;
    let block = { sum: (wish.y - (before[at] as number)) * wish.weight, weight: wish.weight, end: at };
    for (
      let above = blocks.at(-1);
      above && above.sum / above.weight >= block.sum / block.weight;
      above = blocks.at(-1)
    ) {
      block = { sum: above.sum + block.sum, weight: above.weight + block.weight, end: at };
      blocks.pop();
    }
    blocks.push(block);
  });
  const highest = high - (before[layer.length - 1] ?? 0);
  let at = 0;
  for (const block of blocks) {
    const y = Math.max(low, Math.min(highest, block.sum / block.weight));
    for (; at <= block.end; at++) (items[layer[at] as number] as Item).y = y + (before[at] as number);
  }
}
