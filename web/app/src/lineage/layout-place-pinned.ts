// Placing what is new around what was drawn before: that stays where it is, and new boxes take the free room nearest to
// their neighbours.
import type { Item, Lanes } from './layout-lanes.ts';
import { keepOrder, LANE_MARGIN, type Wish, wishOf } from './layout-place.ts';
import { ROW_GAP } from './layout-types.ts';

const ROUNDS = 4;

/** Room between two boxes of a layer: from the bottom of one to the top of the next. */
interface Room {
  top: number;
  bottom: number;
}

/** Places all items that are not fixed, whatever their order was, and orders the layers by where things stand. */
export function placeAround(lanes: Lanes): void {
  const { items } = lanes;
  spread(items);
  for (let round = 0; round < ROUNDS; round++) {
    const layers = round % 2 === 0 ? lanes.layers : lanes.layers.toReversed();
    for (const layer of layers) {
      placeUnits(items, layer);
      placeLanes(items, layer);
    }
  }
  for (const layer of lanes.layers) layer.sort((one, other) => (items[one] as Item).y - (items[other] as Item).y);
}

/** Begins with new items as high as the placed ones that they are joined to, from there on outwards. */
function spread(items: readonly Item[]): void {
  const isPlaced = items.map((item) => item.isFixed);
  let waiting = items.flatMap((item, index) => (item.isFixed ? [index] : []));
  while (waiting.length > 0) {
    const next = new Set<number>();
    for (const index of waiting) {
      const item = items[index] as Item;
      for (const joint of [...item.before, ...item.after]) if (!isPlaced[joint.item]) next.add(joint.item);
    }
    for (const index of next) {
      const item = items[index] as Item;
      const isThere = (joint: { item: number }) => isPlaced[joint.item] as boolean;
      const known = { ...item, before: item.before.filter(isThere), after: item.after.filter(isThere) };
      item.y = wishOf(items, known, 'both').y;
    }
    for (const index of next) isPlaced[index] = true;
    waiting = [...next];
  }
}

function placeUnits(items: readonly Item[], layer: readonly number[]): void {
  const units = layer.filter((index) => (items[index] as Item).unit >= 0);
  const fixed = units.filter((index) => (items[index] as Item).isFixed);
  const rooms = roomsBetween(items, fixed, ROW_GAP);
  const free = wished(
    items,
    units.filter((index) => !(items[index] as Item).isFixed),
  );
  const left = rooms.map((room) => room.bottom - room.top);
  const taken = rooms.map((): { index: number; wish: Wish }[] => []);
  for (const one of free) {
    const item = items[one.index] as Item;
    // The box for the rest of a column stands below all others.
    const room = item.isLast
      ? rooms.length - 1
      : nearest(rooms, one.wish.y, (at) => (left[at] as number) >= item.height);
    left[room] = (left[room] as number) - item.height - ROW_GAP;
    taken[room]?.push(one);
  }
  taken.forEach((own, at) => {
    fill(items, own, rooms[at] as Room);
  });
}

function fill(items: readonly Item[], own: readonly { index: number; wish: Wish }[], room: Room): void {
  if (own.length === 0) return;
  const first = items[own[0]?.index as number] as Item;
  const last = items[own.at(-1)?.index as number] as Item;
  keepOrder(
    items,
    own.map((one) => one.index),
    own.map((one) => one.wish),
    room.top + first.height / 2,
    room.bottom - last.height / 2,
  );
}

/** Lanes go between boxes; where many share narrow room they come close to each other. */
function placeLanes(items: readonly Item[], layer: readonly number[]): void {
  const units = layer.filter((index) => (items[index] as Item).unit >= 0);
  const rooms = roomsBetween(items, units, LANE_MARGIN);
  const taken = rooms.map((): { index: number; wish: Wish }[] => []);
  const free = wished(
    items,
    layer.filter((index) => (items[index] as Item).unit < 0),
  );
  for (const one of free) taken[nearest(rooms, one.wish.y, () => true)]?.push(one);
  taken.forEach((own, at) => {
    const { top, bottom } = rooms[at] as Room;
    const step = own.length > 1 ? Math.min(8, (bottom - top) / (own.length - 1)) : 0;
    const length = step * (own.length - 1);
    const middle = own.reduce((sum, one) => sum + one.wish.y, 0) / Math.max(1, own.length);
    const start = Math.max(top, Math.min(bottom - length, middle - length / 2));
    own.forEach(({ index }, place) => {
      (items[index] as Item).y = start + place * step;
    });
  });
}

function wished(items: readonly Item[], indices: readonly number[]): { index: number; wish: Wish }[] {
  return indices
    .map((index) => ({ index, wish: wishOf(items, items[index] as Item, 'both') }))
    .sort((one, other) => {
      const isLast = Number((items[one.index] as Item).isLast) - Number((items[other.index] as Item).isLast);
      return isLast || one.wish.y - other.wish.y || one.index - other.index;
    });
}

/** The rooms above, between and below boxes, less a margin on either side. */
function roomsBetween(items: readonly Item[], boxes: readonly number[], margin: number): Room[] {
  const inOrder = boxes.map((index) => items[index] as Item).sort((one, other) => one.y - other.y);
  const rooms: Room[] = [];
  let top = Number.NEGATIVE_INFINITY;
  for (const box of inOrder) {
    rooms.push({ top, bottom: box.y - box.height / 2 - margin });
    top = box.y + box.height / 2 + margin;
  }
  return [...rooms, { top, bottom: Number.POSITIVE_INFINITY }];
}

/** The nearest room that is suitable; the outermost always are, for they have no end. */
function nearest(rooms: readonly Room[], y: number, isSuitable: (at: number) => boolean): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  rooms.forEach((room, at) => {
    const distance = Math.max(0, room.top - y, y - room.bottom);
    if (distance >= least || !isSuitable(at)) return;
    least = distance;
    best = at;
  });
  return best;
}
