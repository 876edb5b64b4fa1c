import { describe, expect, it } from 'vitest';
import { asNumber, leavesOf, searchLeaves, valueAt } from './documents.ts';

const CONFIG = { optimizer: { lr: 0.1, betas: [0.9, 0.999] }, 'val/acc': 0.5, 'a.b': { c: 1 }, empty: {} };

describe('leaves of a document', () => {
  it('are its values by keys joined by dots, lists and empty objects as they are', () => {
    expect(leavesOf(CONFIG)).toEqual([
      ['optimizer.lr', 0.1],
      ['optimizer.betas', [0.9, 0.999]],
      ['val/acc', 0.5],
      ['a.b.c', 1],
      ['empty', {}],
    ]);
  });

  it('do not go into media', () => {
    const image = { _type: 'image', path: 'media/x.png' };
    expect(leavesOf({ sample: image })).toEqual([['sample', image]]);
  });

  it.each(leavesOf(CONFIG))('are found again by their path: %s', (path, value) => {
    expect(valueAt(CONFIG, path)).toEqual(value);
  });

  it('are not found where there are none', () => {
    expect(valueAt(CONFIG, 'optimizer.momentum')).toBeUndefined();
    expect(valueAt(CONFIG, 'constructor')).toBeUndefined();
    expect(valueAt('text', 'length')).toBeUndefined();
  });

  it('are searched by key and value, whatever the case and width of letters', () => {
    expect(searchLeaves(leavesOf({ モデル: 'ＣＮＮ', lr: 1 }), 'cnn')).toEqual([['モデル', 'ＣＮＮ']]);
    expect(searchLeaves(leavesOf({ モデル: 'x', lr: 1 }), 'LR')).toEqual([['lr', 1]]);
  });
});

it('reads numbers that JSON has no form for', () => {
  expect(asNumber('NaN')).toBeNaN();
  expect(asNumber('-Infinity')).toBe(Number.NEGATIVE_INFINITY);
  expect(asNumber('1')).toBeNull();
});
