// Where an alias pointed, as bars on an axis of time.

export interface Move {
  name: string;
  at: string;
  until?: string | null;
  to?: { id: string; index: number } | null;
}

export interface Range {
  start: number;
  end: number;
}

/** A stretch of time in which an alias pointed at one version. */
export interface Bar<M extends Move> {
  move: M;
  index: number;
  start: number;
  end: number;
  /** Whether it began before, or goes on behind, what is shown. */
  isCutAtStart: boolean;
  isCutAtEnd: boolean;
}

const DAY = 86_400_000;
export const ZOOMS = { day: DAY, week: 7 * DAY, month: 31 * DAY, quarter: 92 * DAY, year: 366 * DAY } as const;
export type Zoom = keyof typeof ZOOMS | 'all';
export const ZOOM_NAMES: readonly Zoom[] = ['day', 'week', 'month', 'quarter', 'year', 'all'];

export function zoomOf(text: string | null): Zoom {
  return ZOOM_NAMES.find((zoom) => zoom === text) ?? 'all';
}

/** The stretch that ends at `end`; of `all` the start is known only when the moves are: the epoch until then. */
export function rangeOf(zoom: Zoom, end: number): Range {
  return { start: zoom === 'all' ? 0 : end - ZOOMS[zoom], end };
}

/** From the first move to the end, with a little room before it. */
export function wholeRange(moves: readonly Move[], end: number): Range {
  const first = Math.min(end - 60_000, ...moves.map((move) => Date.parse(move.at)));
  return { start: first - (end - first) * 0.02, end };
}

/** The end of what is shown until now: not before the last move, also where the clock of the browser is behind. */
export function latestOf(moves: readonly Move[], end: number): number {
  return Math.max(end, ...moves.map((move) => Date.parse(move.at) + 1000));
}

/** The bars of one lane, oldest first. Moves that removed the alias end a bar and begin none. */
export function barsOf<M extends Move>(moves: readonly M[], range: Range): Bar<M>[] {
  const bars: Bar<M>[] = [];
  const seen = new Set<string>();
  for (const move of moves) {
    if (!move.to || seen.has(move.at)) continue;
    seen.add(move.at);
    const start = Date.parse(move.at);
    const end = move.until ? Date.parse(move.until) : Number.POSITIVE_INFINITY;
    if (end <= range.start || start >= range.end) continue;
    bars.push({
      move,
      index: move.to.index,
      start: Math.max(start, range.start),
      end: Math.min(end, range.end),
      isCutAtStart: start < range.start,
      isCutAtEnd: end > range.end,
    });
  }
  return bars.sort((one, other) => one.start - other.start);
}

/** Where a moment lies on the axis, in per cent. */
export function placeOn(moment: number, { start, end }: Range): number {
  return ((moment - start) / Math.max(1, end - start)) * 100;
}

const STEPS = [
  60_000,
  300_000,
  900_000,
  3_600_000,
  10_800_000,
  21_600_000,
  43_200_000,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  91 * DAY,
  182 * DAY,
  365 * DAY,
];

/** Round moments for the axis, `most` of them or fewer, in the zone `offset` minutes off UTC. */
export function ticksOf(range: Range, most: number, offset: number): number[] {
  const length = range.end - range.start;
  const step = STEPS.find((one) => length / one <= most) ?? Math.ceil(length / most / (365 * DAY)) * 365 * DAY;
  const shift = offset * 60_000;
  const first = Math.ceil((range.start - shift) / step) * step + shift;
  const ticks: number[] = [];
  for (let tick = first; tick < range.end; tick += step) ticks.push(tick);
  return ticks;
}

/** Every move of some lanes, the newest first: the same facts for a table. */
export function newestFirst<M extends Move>(lanes: readonly (readonly M[])[]): M[] {
  return lanes
    .flat()
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at) || one.name.localeCompare(other.name));
}

/** A moment as a field for local times takes it. */
export function localOf(moment: number): string {
  const local = new Date(moment - new Date(moment).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** The moment that a field for local times means; null while it is empty or half filled. */
export function momentFromLocal(text: string): number | null {
  const moment = text ? new Date(text).getTime() : Number.NaN;
  return Number.isNaN(moment) ? null : moment;
}
