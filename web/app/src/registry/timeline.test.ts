import { describe, expect, it } from 'vitest';
import {
  barsOf,
  latestOf,
  localOf,
  momentFromLocal,
  newestFirst,
  placeOn,
  rangeOf,
  ticksOf,
  wholeRange,
  zoomOf,
} from './timeline.ts';

const at = (minute: number) => new Date(minute * 60_000).toISOString();
const move = (index: number, from: number, until: number | null, name = 'production') => ({
  name,
  at: at(from),
  until: until === null ? null : at(until),
  to: { id: `v${index}`, index },
});
const range = { start: 10 * 60_000, end: 20 * 60_000 };

describe('barsOf', () => {
  it('cuts bars at the ends of what is shown, and says which go on', () => {
    const bars = barsOf([move(3, 18, null), move(2, 12, 18), move(1, 5, 12)], range);
    expect(
      bars.map((bar) => [bar.index, bar.start / 60_000, bar.end / 60_000, bar.isCutAtStart, bar.isCutAtEnd]),
    ).toEqual([
      [1, 10, 12, true, false],
      [2, 12, 18, false, false],
      [3, 18, 20, false, true],
    ]);
  });

  it('leaves out what ended before or begins behind, and removals', () => {
    const removal = { name: 'production', at: at(15), until: null, to: null };
    expect(barsOf([move(1, 1, 9), move(2, 21, null), removal], range)).toEqual([]);
  });

  it('shows a move once that two answers gave', () => {
    expect(barsOf([move(1, 12, 14), move(1, 12, 14)], range)).toHaveLength(1);
  });
});

it('shows a whole history with room before its first move', () => {
  const whole = wholeRange([move(2, 110, null), move(1, 100, 110)], 200 * 60_000);
  expect(whole.end).toBe(200 * 60_000);
  expect(placeOn(100 * 60_000, whole)).toBeGreaterThan(0);
  expect(placeOn(100 * 60_000, whole)).toBeLessThan(3);
});

it('places the ends of a range at 0 and 100 per cent', () => {
  expect(placeOn(range.start, range)).toBe(0);
  expect(placeOn(range.end, range)).toBe(100);
});

describe('ticksOf', () => {
  it('gives round moments inside the range, never more than asked for', () => {
    const day = { start: Date.UTC(2026, 10, 20, 7), end: Date.UTC(2026, 10, 21, 7) };
    const ticks = ticksOf(day, 6, 0);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks.every((tick) => tick % 3_600_000 === 0 && tick >= day.start && tick < day.end)).toBe(true);
  });

  it('stands at midnight of the zone, not of UTC', () => {
    const week = { start: Date.UTC(2026, 10, 14), end: Date.UTC(2026, 10, 21) };
    const tokyo = ticksOf(week, 8, -540);
    expect(tokyo.every((tick) => (tick + 540 * 60_000) % 86_400_000 === 0)).toBe(true);
  });
});

it('orders the moves of all lanes by time, the newest first', () => {
  const merged = newestFirst([[move(1, 1, null)], [move(2, 3, null, 'staging'), move(1, 2, 3, 'staging')]]);
  expect(merged.map((one) => [one.name, one.to.index])).toEqual([
    ['staging', 2],
    ['staging', 1],
    ['production', 1],
  ]);
});

it('reads a zoom from an address, and takes anything else for all', () => {
  expect([zoomOf('week'), zoomOf('fortnight'), zoomOf(null)]).toEqual(['week', 'all', 'all']);
  expect(rangeOf('week', 7 * 86_400_000)).toEqual({ start: 0, end: 7 * 86_400_000 });
});

it('goes from a moment to a field for local times and back', () => {
  const moment = Date.UTC(2026, 10, 3, 9, 30, 5);
  expect(momentFromLocal(localOf(moment))).toBe(moment);
  expect(momentFromLocal('')).toBeNull();
});

it('shows until the last move where the clock of the browser is behind that of the server', () => {
  expect(latestOf([move(1, 10, 30), move(2, 30, null)], 20 * 60_000)).toBeGreaterThan(30 * 60_000);
  expect(latestOf([move(1, 10, null)], 20 * 60_000)).toBe(20 * 60_000);
});
