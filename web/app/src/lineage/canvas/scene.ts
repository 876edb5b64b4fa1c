// What a canvas draws: cards and the lines between them, of whatever graph. It knows nothing of runs and versions but
// how they look.
import type { RunState } from '../../ui/state.tsx';
import { type Area, visibleArea } from './camera.ts';
import { Grid, type Placed } from './grid.ts';
import type { Shape } from './palette.ts';

export interface Chip {
  text: string;
  isProtected: boolean;
}

export interface Card extends Placed {
  id: string;
  /** Runs are pills, versions boxes, registry versions boxes with cut corners. */
  outline: 'pill' | 'box' | 'cut';
  shape: Shape;
  /** Several in one: a second outline behind the first. */
  isStacked: boolean;
  isDashed: boolean;
  isFocus: boolean;
  /** The small line above the name. */
  caption: string;
  name: string;
  /** What a screen reader says of it. */
  spoken: string;
  state: RunState | null;
  /** How many of those inside are in which state. */
  states: Partial<Record<RunState, number>> | null;
  chips: readonly Chip[];
  /** Recalled itself: hatched. `isWarned`: a recall reaches it from upstream. */
  isRecalled: boolean;
  isWarned: boolean;
  /** Neighbours that are not drawn and can be. */
  moreUp: number;
  moreDown: number;
  /** Neighbours that the viewer may not see. */
  barredUp: number;
  barredDown: number;
}

export interface Line {
  source: string;
  target: string;
  /** x, y pairs; a horizontal cubic curve joins each to the next, or straight lines of a line that goes back. */
  points: readonly number[];
  count: number;
  /** Its count stands on it whatever it is, as in a graph of types. */
  isCounted: boolean;
  isDotted: boolean;
  isHollow: boolean;
  isBack: boolean;
  area: Area;
}

export interface Head {
  x: number;
  width: number;
  text: string;
}

export interface Scene {
  cards: readonly Card[];
  byId: ReadonlyMap<string, Card>;
  lines: readonly Line[];
  /** The lines at each card. */
  beside: ReadonlyMap<string, readonly Line[]>;
  heads: readonly Head[];
  area: Area;
  grid: Grid<Card>;
}

export function areaOfPoints(points: readonly number[]): Area {
  const area = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let at = 0; at + 1 < points.length; at += 2) {
    const x = points[at] ?? 0;
    const y = points[at + 1] ?? 0;
    area.left = Math.min(area.left, x);
    area.right = Math.max(area.right, x);
    area.top = Math.min(area.top, y);
    area.bottom = Math.max(area.bottom, y);
  }
  return area;
}

export function makeScene(cards: readonly Card[], lines: readonly Line[], heads: readonly Head[]): Scene {
  const beside = new Map<string, Line[]>();
  const put = (id: string, line: Line) => {
    const known = beside.get(id);
    if (known) known.push(line);
    else beside.set(id, [line]);
  };
  for (const line of lines) {
    put(line.source, line);
    if (line.target !== line.source) put(line.target, line);
  }
  const area = cards.reduce(
    (all, card) => ({
      left: Math.min(all.left, card.x),
      top: Math.min(all.top, card.y),
      right: Math.max(all.right, card.x + card.width),
      bottom: Math.max(all.bottom, card.y + card.height),
    }),
    cards.length
      ? { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
      : { left: 0, top: 0, right: 0, bottom: 0 },
  );
  return {
    cards,
    byId: new Map(cards.map((card) => [card.id, card])),
    lines,
    beside,
    heads,
    area,
    grid: new Grid(cards),
  };
}

/** What of a scene stands out now. */
export interface Marks {
  selected: string | null;
  hovered: string | null;
  /** Whether the keyboard is in the graph: the selected card then has the ring of what has the focus. */
  hasFocus: boolean;
  /** Cards that a search in the graph found. */
  matches: ReadonlySet<string>;
  /** The number of each card on the path that is shown. */
  steps: ReadonlyMap<string, number>;
}

export const NO_MARKS: Marks = {
  selected: null,
  hovered: null,
  hasFocus: false,
  matches: new Set(),
  steps: new Map(),
};

/** The cards that stay bright: the selected one and its neighbours, or the path. Null: all of them. */
export function brightCards(scene: Scene, marks: Marks): ReadonlySet<string> | null {
  if (marks.steps.size) return new Set(marks.steps.keys());
  if (!marks.selected || !scene.byId.has(marks.selected)) return null;
  const bright = new Set([marks.selected]);
  for (const line of scene.beside.get(marks.selected) ?? []) {
    bright.add(line.source);
    bright.add(line.target);
  }
  return bright;
}

/** Whether a line joins two steps of the path that follow each other. */
export function isOnPath(line: Line, marks: Marks): boolean {
  const from = marks.steps.get(line.source);
  const to = marks.steps.get(line.target);
  return from !== undefined && to !== undefined && Math.abs(from - to) === 1;
}

export function isBright(line: Line, marks: Marks): boolean {
  return line.source === marks.selected || line.target === marks.selected;
}

/** The nearest card in a direction: along lines to the left and right, within the column up and down. */
export function neighbourOf(scene: Scene, id: string, key: 'left' | 'right' | 'up' | 'down'): string | null {
  const card = scene.byId.get(id);
  if (!card) return null;
  if (key === 'left' || key === 'right') {
    const ends = (scene.beside.get(id) ?? [])
      .filter((line) => (key === 'right' ? line.source === id : line.target === id))
      .map((line) => scene.byId.get(key === 'right' ? line.target : line.source));
    return nearest(card, ends);
  }
  const column = scene.cards.filter((one) => one.x === card.x && (key === 'down' ? one.y > card.y : one.y < card.y));
  return nearest(card, column);
}

function nearest(card: Card, others: readonly (Card | undefined)[]): string | null {
  let found: Card | null = null;
  for (const one of others) {
    if (!one || one.id === card.id) continue;
    if (!found || Math.abs(one.y - card.y) < Math.abs(found.y - card.y)) found = one;
  }
  return found?.id ?? null;
}

/** The cards on the screen, at most so many, those nearest to its middle: what a screen reader is told of. */
export function cardsInSight(
  scene: Scene,
  camera: Parameters<typeof visibleArea>[0],
  size: Size,
  most: number,
): Card[] {
  const area = visibleArea(camera, size);
  const found = scene.grid.within(area);
  if (found.length <= most) return found;
  const middle = (area.left + area.right) / 2;
  const centre = (area.top + area.bottom) / 2;
  const distance = (card: Card) => Math.hypot(card.x + card.width / 2 - middle, card.y + card.height / 2 - centre);
  return found.sort((one, other) => distance(one) - distance(other)).slice(0, most);
}

interface Size {
  width: number;
  height: number;
}
