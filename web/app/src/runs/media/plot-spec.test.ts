import { describe, expect, it } from 'vitest';
import { cellKey, MOST_NAMES, readPlot } from './plot-spec.ts';

describe('a plot document', () => {
  it('of a confusion matrix is read as counts by actual and predicted class', () => {
    const sort = ['cat', 'dog'];
    const plot = readPlot({
      title: 'Confusion matrix',
      data: { values: [{ actual: 'cat', predicted: 'dog', count: 3 }] },
      encoding: {
        x: { field: 'predicted', title: 'Predicted', sort },
        y: { field: 'actual', title: 'Actual', sort },
      },
      layer: [{ mark: 'rect', encoding: { color: { field: 'count' } } }, { mark: 'text' }],
    });
    expect(plot).toMatchObject({ sort: 'matrix', names: sort, x: 'Predicted', y: 'Actual' });
    expect(plot.sort === 'matrix' && plot.counts.get(cellKey('cat', 'dog'))).toBe(3);
  });

  it('of more classes than a screen can hold is left to its document', () => {
    const values = Array.from({ length: MOST_NAMES + 1 }, (_, name) => ({ x: String(name), y: String(name), n: 1 }));
    const encoding = { x: { field: 'x' }, y: { field: 'y' } };
    const layer = [{ mark: 'rect', encoding: { color: { field: 'n' } } }];

    expect(readPlot({ data: { values }, encoding, layer })).toEqual({ sort: 'other' });
    expect(readPlot({ data: { values: values.slice(1) }, encoding, layer })).toMatchObject({ sort: 'matrix' });
  });

  it('of curves is read by class, from left to right', () => {
    const values = [
      { x: 1, y: 0.5, class: 'a' },
      { x: 0, y: 'NaN', class: 'a' },
      { x: 0, y: 1, class: 'b' },
    ];
    const encoding = { x: { field: 'x' }, y: { field: 'y' }, color: { field: 'class' } };
    expect(readPlot({ data: { values }, mark: 'line', encoding })).toMatchObject({
      sort: 'curves',
      curves: [
        { label: 'a', xs: [0, 1], ys: [null, 0.5] },
        { label: 'b', xs: [0], ys: [1] },
      ],
    });
  });

  it('of a curve that goes straight up keeps the points over one place', () => {
    const values = [
      { x: 0, y: 0 },
      { x: 0, y: 0.5 },
      { x: 1, y: 1 },
    ];
    const encoding = { x: { field: 'x' }, y: { field: 'y', scale: { domain: [0, 1] } } };
    const plot = readPlot({ data: { values }, mark: 'line', encoding });
    expect(plot).toMatchObject({ range: [0, 1], arePoints: false, curves: [{ ys: [0, 0.5, 1] }] });
    const xs = plot.sort === 'curves' ? (plot.curves[0]?.xs ?? []) : [];
    expect(new Set(xs).size).toBe(3);
    expect(xs[1]).toBeCloseTo(0, 6);
  });

  it('of points along times, or along names, has its places there', () => {
    const plot = (type: string, x: unknown[]) =>
      readPlot({
        data: { values: x.map((value, y) => ({ 'a.b': value, y })) },
        mark: 'point',
        encoding: { x: { field: 'a\\.b', type }, y: { field: 'y', type: 'quantitative' } },
      });
    expect(plot('temporal', ['2026-01-01 00:00:00', '2026-01-02 00:00:00'])).toMatchObject({
      isTime: true,
      arePoints: true,
      curves: [{ ys: [0, 1] }],
    });
    expect(plot('nominal', ['い', 'ろ'])).toMatchObject({ names: ['い', 'ろ'], curves: [{ xs: [0, 1] }] });
  });

  it('of bars is read in their order, with a gap where there is no number', () => {
    const values = [
      { 名: 'b', v: -1 },
      { 名: 'a', v: null },
    ];
    const encoding = { y: { field: '名', type: 'nominal', sort: null }, x: { field: 'v', type: 'quantitative' } };
    expect(readPlot({ data: { values }, mark: 'bar', encoding, title: '棒' })).toEqual({
      sort: 'bars',
      title: '棒',
      x: 'v',
      y: '名',
      bars: [
        { label: 'b', value: -1 },
        { label: 'a', value: null },
      ],
    });
  });

  it.each([
    [[0, 1, 2, 9.5, 10, null, 'NaN'], 10, [1, 1, 1, 0, 0, 0, 0, 0, 0, 2], [0, 10]],
    [[5, 5], 1, [2], [4.5, 5.5]],
    [[-0.013, 0.012], 6, [1, 0, 0, 0, 0, 1], [-0.015, 0.015]],
  ])('of a histogram counts values in round ranges: %j', (values, bins, counts, [low, high]) => {
    const plot = readPlot({
      data: { values: values.map((v) => ({ v })) },
      mark: 'bar',
      encoding: { x: { field: 'v', type: 'quantitative', bin: true }, y: { aggregate: 'count' } },
    });
    const found = plot.sort === 'histogram' ? plot.histogram : null;
    expect(found?.values).toHaveLength(bins);
    expect(found?.values).toEqual(counts);
    expect(found?.bins[0]).toBeCloseTo(low ?? 0);
    expect(found?.bins.at(-1)).toBeCloseTo(high ?? 0);
  });

  it('of a histogram of names counts each', () => {
    const plot = readPlot({
      data: { values: [{ v: 'b' }, { v: 'a' }, { v: 'b' }] },
      mark: 'bar',
      encoding: { x: { field: 'v', type: 'nominal', bin: true }, y: { aggregate: 'count', title: 'Rows' } },
    });
    expect(plot).toMatchObject({
      sort: 'bars',
      bars: [
        { label: 'b', value: 2 },
        { label: 'a', value: 1 },
      ],
    });
  });

  it.each([null, 'text', {}, { data: { values: [] } }, { data: { url: 'http://evil' }, mark: 'line' }])(
    'that we do not draw is said to be another: %j',
    (spec) => {
      expect(readPlot(spec)).toEqual({ sort: 'other' });
    },
  );
});
