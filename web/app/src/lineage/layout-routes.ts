// The last step of the layout: the points of each line, and where on its boxes it begins and ends.
import type { Item, Lanes } from './layout-lanes.ts';
import type { Link, Part, Plan } from './layout-parts.ts';
import { type Box, COLUMN_GAP, DOCK_GAP, NODE_WIDTH, type Route } from './layout-types.ts';

/** Above the top of everything, and between two lines that go back. */
const BACK_ABOVE = 28;
const BACK_STEP = 12;
const BACK_OUT = 24;

/** A line as it leaves or reaches a box; those that share a lane are one. */
interface Leg {
  links: number[];
  /** Where it goes to or comes from, by which legs are sorted. */
  y: number;
}

export function routesOf(plan: Plan, lanes: Lanes, boxes: ReadonlyMap<number, Box>): Route[] {
  const starts = ports(plan, lanes, boxes, true);
  const ends = ports(plan, lanes, boxes, false);
  const top = [...boxes.values()].reduce((least, box) => Math.min(least, box.y), Number.POSITIVE_INFINITY);
  let backs = 0;
  return plan.links.flatMap((link, index): Route[] => {
    const source = boxes.get(link.source);
    const target = boxes.get(link.target);
    if (!source || !target) return [];
    const way = lanes.ways[index] ?? null;
    const isDock = target.dockedTo === source.id;
    const isBack = way === null && !isDock;
    const points = way
      ? [
          source.x + source.width,
          starts.get(index) as number,
          ...throughLanes(lanes, way),
          target.x,
          ends.get(index) as number,
        ]
      : isDock
        ? dockLine(target)
        : backLine(source, target, top - BACK_ABOVE - BACK_STEP * backs++);
    const { count, kind, isReused } = link;
    return [{ source: source.id, target: target.id, points, count, kind, isReused, isBack }];
  });
}

/** The left end of a column. */
export function xOf(column: number): number {
  return column * (NODE_WIDTH + COLUMN_GAP);
}

/** Straight through each column on the way. */
function throughLanes(lanes: Lanes, way: readonly number[]): number[] {
  return way.slice(1, -1).flatMap((index) => {
    const lane = lanes.items[index] as Item;
    const x = xOf(lane.layer + lanes.firstColumn);
    return [x, lane.y, x + NODE_WIDTH, lane.y];
  });
}

/** From the box right above, which may be another dock of the same version. */
function dockLine(target: Box): number[] {
  const x = target.x + target.width / 2;
  return [x, target.y - DOCK_GAP, x, target.y];
}

/** Out to the right, up, back over the top, down, and in from the left. */
function backLine(source: Box, target: Box, y: number): number[] {
  const from = source.x + source.width;
  const sourceY = source.y + source.height / 4;
  const targetY = target.y + target.height / 4;
  const out = from + BACK_OUT;
  const into = target.x - BACK_OUT;
  return [from, sourceY, out, sourceY, out, y, into, y, into, targetY, target.x, targetY];
}

/** The height at which each link leaves its source, or reaches its target: spread in the order of the other ends. */
function ports(plan: Plan, lanes: Lanes, boxes: ReadonlyMap<number, Box>, isStart: boolean): Map<number, number> {
  const legs = new Map<number, Map<string, Leg>>();
  plan.links.forEach((link, index) => {
    const way = lanes.ways[index];
    if (!way) return;
    const own = isStart ? link.source : link.target;
    const beside = way.length > 2 ? (way.at(isStart ? 1 : -2) as number) : -1;
    // Links into one box never share a lane there, for they have different sources.
    const key = beside < 0 ? `link ${index}` : `lane ${beside}`;
    const ofPart = legs.get(own) ?? new Map<string, Leg>();
    const leg = ofPart.get(key);
    if (leg) leg.links.push(index);
    else ofPart.set(key, { links: [index], y: heightOfEnd(plan, lanes, link, beside, isStart) });
    legs.set(own, ofPart);
  });
  const found = new Map<number, number>();
  for (const [part, ofPart] of legs) {
    const box = boxes.get(part);
    if (!box) continue;
    const inOrder = [...ofPart.values()].sort((one, other) => one.y - other.y);
    inOrder.forEach((leg, place) => {
      const y = box.y + (box.height * (place + 1)) / (inOrder.length + 1);
      for (const link of leg.links) found.set(link, y);
    });
  }
  return found;
}

function heightOfEnd(plan: Plan, lanes: Lanes, link: Link, lane: number, isStart: boolean): number {
  if (lane >= 0) return (lanes.items[lane] as Item).y;
  const part = plan.parts[isStart ? link.target : link.source] as Part;
  const item = lanes.itemOf.get(part.unit);
  return item === undefined ? 0 : (lanes.items[item] as Item).y + part.offset;
}
