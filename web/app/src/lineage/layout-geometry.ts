// How good a layout is: lines that cross, and lines over boxes. For tests and measurements.
import type { Box, Layout, Route } from './layout-types.ts';

export interface Polyline {
  source: string;
  target: string;
  points: readonly number[];
}

interface Segment {
  source: string;
  target: string | null;
  points: readonly number[];
}

/**
 * How many times lines that have no end in common cross, taken as straight between their points. Where several lines
 * from one source run one over the other, they are one line.
 */
export function countCrossings(lines: readonly Polyline[]): number {
  const segments = segmentsOf(lines).sort((one, other) => leftOf(one) - leftOf(other));
  let crossings = 0;
  segments.forEach((one, index) => {
    const right = Math.max(one.points[0] as number, one.points[2] as number);
    for (let next = index + 1; next < segments.length; next++) {
      const other = segments[next] as Segment;
      if (leftOf(other) > right) break;
      const isTogether = one.source === other.source || (one.target !== null && one.target === other.target);
      if (!isTogether && isCrossing(one.points, 0, other.points, 0)) crossings += 1;
    }
  });
  return crossings;
}

function leftOf({ points }: Segment): number {
  return Math.min(points[0] as number, points[2] as number);
}

/** Each piece of ink once; the target is that of all lines that run there, else null. */
function segmentsOf(lines: readonly Polyline[]): Segment[] {
  const segments = new Map<string, Segment>();
  for (const { source, target, points } of lines) {
    for (let at = 0; at + 3 < points.length; at += 2) {
      const piece = points.slice(at, at + 4);
      const key = `${source} ${piece}`;
      const known = segments.get(key);
      if (!known) segments.set(key, { source, target, points: piece });
      else if (known.target !== target) known.target = null;
    }
  }
  return [...segments.values()];
}

function isCrossing(one: readonly number[], at: number, other: readonly number[], beside: number): boolean {
  const side = (list: readonly number[], from: number, points: readonly number[], point: number) => {
    const [x = 0, y = 0, toX = 0, toY = 0] = list.slice(from, from + 4);
    return Math.sign((toX - x) * ((points[point + 1] as number) - y) - (toY - y) * ((points[point] as number) - x));
  };
  return (
    side(one, at, other, beside) * side(one, at, other, beside + 2) < 0 &&
    side(other, beside, one, at) * side(other, beside, one, at + 2) < 0
  );
}

/** The routes that run over a box other than those that they join, as "source > target over box". */
export function linesOverBoxes({ boxes, routes }: Pick<Layout, 'boxes' | 'routes'>): string[] {
  return routes.flatMap((route) =>
    boxes
      .filter((box) => box.id !== route.source && box.id !== route.target && isOver(route, box))
      .map((box) => `${route.source} > ${route.target} over ${box.id}`),
  );
}

function isOver({ points, isBack }: Route, box: Box): boolean {
  for (let at = 0; at + 3 < points.length; at += 2) {
    const [x = 0, y = 0, toX = 0, toY = 0] = points.slice(at, at + 4);
    for (let step = 0; step <= 24; step++) {
      const share = step / 24;
      // A cubic curve with both handles half way, as it is drawn.
      const bent = isBack ? share : share * share * (3 - 2 * share);
      const along = isBack ? share : 1.5 * share - 1.5 * share ** 2 + share ** 3;
      const nowX = x + (toX - x) * along;
      const nowY = y + (toY - y) * bent;
      if (nowX > box.x && nowX < box.x + box.width && nowY > box.y && nowY < box.y + box.height) return true;
    }
  }
  return false;
}

/** Pairs of boxes that overlap, as "box and box". */
export function overlaps(boxes: readonly Box[]): string[] {
  const byPlace = boxes.toSorted((one, other) => one.x - other.x || one.y - other.y);
  return byPlace.flatMap((box, index) => {
    const next = byPlace[index + 1];
    const isClear = !next || next.x >= box.x + box.width || next.y >= box.y + box.height;
    return isClear ? [] : [`${box.id} and ${next.id}`];
  });
}
