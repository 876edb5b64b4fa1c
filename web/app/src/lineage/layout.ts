// The layout of a lineage: columns from left to right as data flows, few crossings, straight lines, nothing over a box,
// and nothing that was drawn before moves. Pure: it runs in a worker, and in tests.
import { setColumns } from './layout-columns.ts';
import { type Item, type Lanes, lanesOf } from './layout-lanes.ts';
import { orderLayers } from './layout-order.ts';
import { type Part, type Plan, planOf } from './layout-parts.ts';
import { placeFresh } from './layout-place.ts';
import { placeAround } from './layout-place-pinned.ts';
import { routesOf, xOf } from './layout-routes.ts';
import { limitRows } from './layout-rows.ts';
import {
  type Box,
  type Layout,
  type LayoutColumn,
  type LayoutInput,
  NODE_HEIGHT,
  NODE_WIDTH,
  ROW_GAP,
  type Route,
} from './layout-types.ts';

export type * from './layout-types.ts';

export function layOut(input: LayoutInput): Layout {
  const began = performance.now();
  const plan = planOf(input);
  setColumns(plan);
  limitRows(plan, input);
  const lanes = lanesOf(plan);
  place(plan, lanes);
  const boxes = boxesOf(plan, lanes);
  const routes = routesOf(plan, lanes, boxes);
  const drawn = [...boxes.values()];
  return {
    boxes: drawn,
    routes,
    columns: columnsOf(plan, boxes),
    ...corners(drawn, routes),
    milliseconds: performance.now() - began,
  };
}

/** Sets the heights. The tops of boxes are whole numbers, so that pins give them back as they were. */
function place(plan: Plan, lanes: Lanes): void {
  const isAnyFixed = fixPinned(plan, lanes);
  if (isAnyFixed) placeAround(lanes);
  else {
    orderLayers(lanes);
    placeFresh(lanes);
  }
  const focus = lanes.items[lanes.itemOf.get(plan.focus) as number];
  const shift = isAnyFixed || !focus ? 0 : focus.y - focus.height / 2;
  for (const item of lanes.items) {
    if (!item.isFixed) item.y = Math.round(item.y - shift - item.height / 2) + item.height / 2;
  }
}

/**
 * Fixes what was drawn before. What had to move into a place that is taken is placed afresh, and so is what was hidden
 * for a while and has lost its place to others.
 */
function fixPinned(plan: Plan, lanes: Lanes): boolean {
  const fixed: Item[] = [];
  const inOrder = [...lanes.itemOf].sort(([first], [second]) => {
    const [one, other] = [plan.units[first], plan.units[second]];
    return Number(one?.isMoved) - Number(other?.isMoved) || (other?.rank ?? 0) - (one?.rank ?? 0);
  });
  for (const [index, at] of inOrder) {
    const pin = plan.units[index]?.pin;
    const item = lanes.items[at];
    if (!pin || !item) continue;
    const y = pin.y + item.height / 2;
    const isTaken = fixed.some(
      (other) => other.layer === item.layer && Math.abs(other.y - y) < (other.height + item.height) / 2 + ROW_GAP,
    );
    if (isTaken) continue;
    item.isFixed = true;
    item.y = y;
    fixed.push(item);
  }
  return fixed.length > 0;
}

/** By the number of their part. */
function boxesOf(plan: Plan, lanes: Lanes): Map<number, Box> {
  const boxes = new Map<number, Box>();
  for (const [index, at] of lanes.itemOf) {
    const unit = plan.units[index];
    const y = lanes.items[at]?.y ?? 0;
    unit?.parts.forEach((number, row) => {
      const part = plan.parts[number] as Part;
      const host = plan.parts[unit.parts[0] as number];
      boxes.set(number, {
        id: part.id,
        role: part.role,
        members: part.members,
        column: unit.column,
        x: xOf(unit.column),
        y: y + part.offset - NODE_HEIGHT / 2,
        width: NODE_WIDTH,
        height: NODE_HEIGHT,
        dockedTo: row > 0 && host ? host.id : null,
      });
    });
  }
  return boxes;
}

function columnsOf({ parts }: Plan, boxes: ReadonlyMap<number, Box>): LayoutColumn[] {
  const columns = new Map<number, LayoutColumn>();
  for (const [number, box] of boxes) {
    const part = parts[number] as Part;
    const before = columns.get(box.column);
    const isRun = part.kind === 'RUN';
    columns.set(box.column, {
      index: box.column,
      x: box.x,
      width: NODE_WIDTH,
      runs: (before?.runs ?? 0) + (isRun ? part.members.length : 0),
      versions: (before?.versions ?? 0) + (isRun ? 0 : part.members.length),
      hiddenRows: (before?.hiddenRows ?? 0) + (part.role === 'more' ? part.members.length : 0),
    });
  }
  return [...columns.values()].sort((one, other) => one.index - other.index);
}

function corners(boxes: readonly Box[], routes: readonly Route[]) {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  const take = (x: number, y: number) => {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  };
  for (const box of boxes) {
    take(box.x, box.y);
    take(box.x + box.width, box.y + box.height);
  }
  for (const { points } of routes) {
    for (let at = 0; at < points.length; at += 2) take(points[at] as number, points[at + 1] as number);
  }
  return { left, top, width: right - left, height: bottom - top };
}
