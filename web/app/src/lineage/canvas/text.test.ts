import { describe, expect, it, vi } from 'vitest';
import { cutEnd, cutMiddle, signsOf, TextCache, versionEnd } from './text.ts';

/** Wide signs are two, others one. */
const measure = (text: string) => signsOf(text).reduce((sum, sign) => sum + (/[\u3000-\u9fff]/.test(sign) ? 2 : 1), 0);

describe('cutting of names', () => {
  it('leaves alone what fits', () => {
    expect(cutMiddle('mnist:v3', 8, measure)).toBe('mnist:v3');
    expect(cutEnd('dataset', 7, measure)).toBe('dataset');
  });

  it('cuts in the middle and keeps the number of a version whole', () => {
    const cut = cutMiddle('mnist-preprocessed-and-shuffled:v1234', 20, measure);
    expect(measure(cut)).toBeLessThanOrEqual(20);
    expect(cut).toMatch(/^mnist-.+….+:v1234$/);
  });

  it.each([1, 3, 5, 8, 13, 21])('fits, or is the number alone, at a width of %i', (width) => {
    const cut = cutMiddle('a-rather-long-name-of-a-model:v7', width, measure);
    expect(cut.endsWith(':v7')).toBe(true);
    if (width >= 4) expect(measure(cut)).toBeLessThanOrEqual(width);
    else expect(cut).toBe('…:v7');
  });

  it('uses the room there is', () => {
    const cut = cutMiddle('abcdefghijklmnopqrstuvwxyz', 12, measure);
    expect(measure(cut)).toBe(12);
  });

  it('never cuts what people see as one sign', () => {
    const family = '👨‍👩‍👧‍👦';
    const name = `${family.repeat(12)}:v1`;
    for (const width of [4, 5, 6, 9]) {
      const cut = cutMiddle(name, width, measure);
      expect(cut.replaceAll(family, '').replace('…', '')).toBe(':v1');
    }
    expect(cutEnd('が'.normalize('NFD').repeat(9), 9, measure)).toBe(`${'が'.normalize('NFD').repeat(4)}…`);
  });

  it('cuts Japanese names by their width', () => {
    const cut = cutMiddle('手書き数字認識モデルの評価用データセット:v12', 20, measure);
    expect(measure(cut)).toBeLessThanOrEqual(20);
    expect(cut.endsWith(':v12')).toBe(true);
  });

  it('tells the number of a version from other ends', () => {
    expect(versionEnd('mnist:v3')).toBe(':v3');
    expect(versionEnd('serene-haze-6')).toBe('');
    expect(versionEnd('odd:v3x')).toBe('');
  });

  it('measures a text once for each font and width', () => {
    const ruler = vi.fn((text: string) => text.length);
    const cache = new TextCache(ruler);
    const first = cache.middle('some-long-name-of-a-run', 10, '13px a');
    const asked = ruler.mock.calls.length;
    expect(cache.middle('some-long-name-of-a-run', 10, '13px a')).toBe(first);
    expect(ruler.mock.calls).toHaveLength(asked);
    cache.middle('some-long-name-of-a-run', 10, '20px a');
    expect(ruler.mock.calls.length).toBeGreaterThan(asked);
  });
});
