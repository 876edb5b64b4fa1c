import { describe, expect, it } from 'vitest';
import { byPrefix, lineOf, parseZoom, ruleOf, type Series, smooth, stepsWithin } from './chart-data.ts';

const LOSS: Series = {
  key: 'loss',
  count: 4,
  steps: [0, 1, 2, 3],
  times: [100, 101, 102, 103],
  values: [4, 'NaN', 2, 'Infinity'],
};
const STARTED = '1970-01-01T00:01:30Z';
const OPTIONS = { id: 'a', label: 'A', place: 0, startedAt: STARTED, axis: 'step' } as const;

describe('a line of a chart', () => {
  it('has gaps where a value is no finite number', () => {
    expect(lineOf(LOSS, OPTIONS).ys).toEqual([4, null, 2, null]);
  });

  it('runs along steps, times, or seconds since the start', () => {
    expect(lineOf(LOSS, OPTIONS).xs).toEqual([0, 1, 2, 3]);
    expect(lineOf(LOSS, { ...OPTIONS, axis: 'time' }).xs).toEqual([100, 101, 102, 103]);
    expect(lineOf(LOSS, { ...OPTIONS, axis: 'relative' }).xs).toEqual([10, 11, 12, 13]);
  });

  it('runs along the metric that its author named, also between the samples of that one', () => {
    const epochs: Series = { key: 'epoch', count: 2, steps: [0, 2], times: [100, 102], values: [0, 1] };
    expect(lineOf(LOSS, { ...OPTIONS, stepSeries: epochs }).xs.slice(0, 3)).toEqual([0, 0.5, 1]);
  });

  it('stays at the last place of that metric behind it, and has no place before its first', () => {
    const epochs: Series = { key: 'epoch', count: 1, steps: [1], times: [101], values: [7] };
    const line = lineOf(LOSS, { ...OPTIONS, stepSeries: epochs });
    expect(line.steps).toEqual([1, 2, 3]);
    expect(line.xs.map((x) => Math.round(x))).toEqual([7, 7, 7]);
    expect(new Set(line.xs).size).toBe(3);
  });

  it('goes from left to right even if a clock went back', () => {
    const line = lineOf({ ...LOSS, times: [103, 102, 101, 100] }, { ...OPTIONS, axis: 'time' });
    expect(line.xs).toEqual([100, 101, 102, 103]);
    expect(line.steps).toEqual([3, 2, 1, 0]);
  });
});

describe('smoothing', () => {
  it('changes nothing at 0, keeps gaps, and begins at the first value', () => {
    expect(smooth([1, null, 3], 0)).toEqual([1, null, 3]);
    const smoothed = smooth([1, null, 3], 0.5);
    expect(smoothed[0]).toBe(1);
    expect(smoothed[1]).toBeNull();
    expect(smoothed[2]).toBeCloseTo((1 * 0.5 + 3) / 1.5);
  });

  it('leaves a constant as it is', () => {
    expect(smooth([2, 2, 2, 2], 0.9).every((y) => Math.abs((y ?? 0) - 2) < 1e-12)).toBe(true);
  });
});

describe('a stretch of steps', () => {
  it('is read from an address only when it is one', () => {
    expect(parseZoom('10~20')).toEqual({ from: 10, to: 20 });
    expect(parseZoom('20~10')).toBeNull();
    expect(parseZoom('x')).toBeNull();
    expect(parseZoom(null)).toBeNull();
  });

  it('is that of the points under a brush, whatever the axis', () => {
    const line = lineOf(LOSS, { ...OPTIONS, axis: 'time' });
    expect(stepsWithin([line], 100.5, 102.5)).toEqual({ from: 1, to: 2 });
    expect(stepsWithin([line], 100.9, 101.1)).toBeNull();
  });
});

it('groups metrics by what stands before the first slash', () => {
  expect(byPrefix(['val/loss', 'lr', 'train/loss', 'val/acc/top1'])).toEqual([
    ['', ['lr']],
    ['train', ['train/loss']],
    ['val', ['val/loss', 'val/acc/top1']],
  ]);
});

it('takes the rule with the longest name that fits a metric', () => {
  const rule = (name: string) => ({ name, stepMetric: null, isHidden: false });
  const rules = [rule('*'), rule('val/*'), rule('val/loss')];
  expect(ruleOf('val/loss', rules)?.name).toBe('val/loss');
  expect(ruleOf('val/acc', rules)?.name).toBe('val/*');
  expect(ruleOf('lr', rules)?.name).toBe('*');
  expect(ruleOf('lr', [rule('val/*')])).toBeUndefined();
});
