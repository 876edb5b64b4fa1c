// How good a layout is: lines that cross, and lines over boxes. For tests and measurements.
import type { Box, Layout, Route } from './layout-types.ts';

export interface Polyline {
  source: string;
  target: string;
  points: readonly number[];
}

/** How many times lines that have no end in common cross, taken as straight between their points. */
export function countCrossings(lines: readonly Polyline[]): number {
  let crossings = 0;
  const boxes = lines.map(({ points }) => {
    const xs = points.filter((_, at) => at % 2 === 0);
    return [Math.min(...xs), Math.max(...xs)] as const;
  });
  lines.forEach((one, index) => {
    for (let next = index + 1; next < lines.length; next++) {
      const other = lines[next] as Polyline;
      if (one.source === other.source || one.target === other.target) continue;
      const [left, right] = boxes[index] as readonly [number, number];
      const [otherLeft, otherRight] = boxes[next] as readonly [number, number];
      if (right >= otherLeft && otherRight >= left) crossings += crossingsOf(one.points, other.points);
    }
  });
  return crossings;
}

function crossingsOf(one: readonly number[], other: readonly number[]): number {
  let crossings = 0;
  for (let at = 0; at + 3 < one.length; at += 2) {
    for (let beside = 0; beside + 3 < other.length; beside += 2) {
      if (isCrossing(one, at, other, beside)) crossings += 1;
    }
  }
  return crossings;
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
