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

  it.each([null, 'text', {}, { data: { values: [] } }, { data: { url: 'http://evil' }, mark: 'line' }])(
    'that we do not draw is said to be another: %j',
    (spec) => {
      expect(readPlot(spec)).toEqual({ sort: 'other' });
    },
  );
});
