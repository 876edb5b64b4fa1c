import { expect, it } from 'vitest';
import { formatTick, formatX, timeTicks } from './ticks.ts';

it('writes small values short enough for an axis', () => {
  expect(formatTick(0.00001, false, 'en')).toBe('1e-5');
  expect(formatTick(0, false, 'en')).toBe('0');
  expect(formatTick(2048, true, 'en')).toBe('2 KB');
});

it('writes times in the language of the page, and the day where it begins', () => {
  const noon = new Date(2026, 0, 31, 12).getTime() / 1000;
  const [first, second] = timeTicks([noon, noon + 3600], 3600, 'ja');
  expect(first).toBe('12:00\n26年1月31日');
  expect(second).toBe('13:00');
  expect(timeTicks([noon], 10, 'ja')[0]).toMatch(/^12:00:00/);
  expect(timeTicks([noon], 0.01, 'ja')[0]).toMatch(/^12:00:00\.000/);
  expect(timeTicks([noon + 43_200], 86_400, 'ja')).toEqual(['26年2月1日']);
});

it('names what stands at a place without numbers', () => {
  expect(formatX(1, 'step', 'en', ['い', 'ろ'])).toBe('ろ');
  expect(formatX(0.5, 'step', 'en', ['い', 'ろ'])).toBe('');
});
