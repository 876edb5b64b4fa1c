import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatDuration, formatNumber } from './format.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 KB'],
    [1_250_000, '1.3 MB'],
    [250_000_000_000, '250 GB'],
  ])('%d', (bytes, text) => expect(formatBytes(bytes, 'en')).toBe(text));
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [59.6, '1m'],
    [252, '4m 12s'],
    [3_600, '1h'],
    [90_061, '1d 1h'],
  ])('%d seconds', (seconds, text) => expect(formatDuration(seconds, 'en')).toBe(text));

  it('has Japanese units in Japanese', () => expect(formatDuration(252, 'ja')).toBe('4 分 12 秒'));
});

describe('formatNumber', () => {
  it.each([
    [0.9731234, '0.97312'],
    [0.00000123, '1.230e-6'],
    [12_345, '12,345'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [0, '0'],
  ])('%d', (value, text) => expect(formatNumber(value, 'en')).toBe(text));
});

describe('formatAgo', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');

  it.each([
    ['2026-11-21T11:58:00Z', '2 min. ago'],
    ['2026-11-20T11:00:00Z', 'yesterday'],
    ['2025-10-01T00:00:00Z', 'last yr.'],
  ])('%s', (time, text) => expect(formatAgo(time, 'en', now)).toBe(text));
});
