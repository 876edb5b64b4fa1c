import { describe, expect, it } from 'vitest';
import { Grid, type Placed, touches } from './grid.ts';

/** Numbers that look random and are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function boxes(count: number, seed: number): Placed[] {
  const next = numbers(seed);
  return Array.from({ length: count }, () => ({
    x: Math.round(next() * 8000 - 4000),
    y: Math.round(next() * 6000 - 3000),
    width: 20 + next() * 400,
    height: 46,
  }));
}

describe('grid', () => {
  it.each([1, 2, 3, 4])('finds what a look at everything finds (%i)', (seed) => {
    const all = boxes(400, seed);
    const grid = new Grid(all);
    const next = numbers(seed + 100);
    for (let turn = 0; turn < 60; turn += 1) {
      const left = next() * 9000 - 4500;
      const top = next() * 7000 - 3500;
      const area = { left, top, right: left + next() * 3000, bottom: top + next() * 2000 };
      const found = grid.within(area);
      expect(new Set(found)).toEqual(new Set(all.filter((one) => touches(one, area))));
      expect(found).toHaveLength(new Set(found).size);
    }
  });

  it('tells what is under a point, and nothing beside it', () => {
    const one = { x: 100, y: 100, width: 190, height: 46 };
    const grid = new Grid([one]);
    expect(grid.at(100, 100)).toBe(one);
    expect(grid.at(290, 146)).toBe(one);
    expect(grid.at(99, 100)).toBeUndefined();
    expect(grid.at(95, 100, 6)).toBe(one);
    expect(grid.at(100_000, 100)).toBeUndefined();
  });

  it('is empty without boxes', () => {
    expect(new Grid([]).within({ left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 })).toEqual([]);
  });
});
