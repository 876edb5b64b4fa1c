import { describe, expect, it } from 'vitest';
import { boxesOf, fileOf, histogramOf, loggedMedia, mediaKeys, runFileAddress } from './media.ts';

const IMAGE = { _type: 'image', path: 'media/images/a.png', width: 100, height: 50, size: 9, digest: 'sha256:00' };

it('finds media by key and step, also several at a step', () => {
  const rows = [
    { _step: 0, sample: IMAGE },
    { _step: 1, loss: 1 },
    { _step: 2, sample: { _type: 'images', items: [IMAGE, IMAGE, 'nonsense'] } },
    { _step: 3, sample: 'text' },
  ];
  expect(loggedMedia(rows, 'sample').map(({ step, media }) => [step, media.length])).toEqual([
    [0, 1],
    [2, 2],
  ]);
  expect(
    mediaKeys([
      { key: 'sample', values: [IMAGE] },
      { key: 'loss', values: [1] },
    ]),
  ).toEqual(['sample']);
});

it('addresses files of a run part by part, so that no name leads elsewhere', () => {
  expect(runFileAddress('root/画像/abc', 'media/a b#?.png')).toBe(
    '/files/root/%E7%94%BB%E5%83%8F/-/runs/abc/media/a%20b%23%3F.png',
  );
  expect(fileOf('root/p/abc', IMAGE)).toMatchObject({ size: 9, url: '/files/root/p/-/runs/abc/media/images/a.png' });
  expect(fileOf('root/p/abc', { _type: 'histogram' })).toBeNull();
});

describe('boxes of an image', () => {
  const boxes = (data: unknown[]) =>
    boxesOf({ ...IMAGE, boxes: { guess: { box_data: data, class_labels: { 1: 'ink' } } } });

  it('are shares of it, whether given so, in pixels, or by their middle', () => {
    const position = { minX: 0.1, maxX: 0.5, minY: 0.2, maxY: 0.4 };
    expect(boxes([{ position, class_id: 1 }])[0]).toMatchObject({ left: 0.1, top: 0.2, width: 0.4, label: 'ink' });
    const pixels = { minX: 10, maxX: 50, minY: 10, maxY: 20 };
    expect(boxes([{ position: pixels, domain: 'pixel', box_caption: 'b' }])[0]).toMatchObject({ top: 0.2, label: 'b' });
    const middle = { middle: [0.5, 0.5], width: 0.2, height: 0.4 };
    expect(boxes([{ position: middle }])[0]).toMatchObject({ left: 0.4, top: 0.3, width: 0.2, height: 0.4 });
  });

  it('are left out when they are none', () => {
    expect(boxes([{}, null, { position: { minX: 'x' } }])).toEqual([]);
  });
});

it('reads a histogram only with an edge more than counts', () => {
  expect(histogramOf({ _type: 'histogram', bins: [0, 1, 2], values: [3, 4] })).toEqual({
    bins: [0, 1, 2],
    values: [3, 4],
  });
  expect(histogramOf({ _type: 'histogram', bins: [0, 1], values: [3, 4] })).toBeNull();
});
