import { expect, it } from 'vitest';
import { nextPoint } from './plot.tsx';

it('moves over the points of a chart by keys, from its ends when none is chosen', () => {
  expect(nextPoint('ArrowLeft', null, 5)).toBe(4);
  expect(nextPoint('ArrowRight', null, 5)).toBe(0);
  expect(nextPoint('ArrowRight', 2, 5)).toBe(3);
  expect(nextPoint('PageDown', 40, 50)).toBe(30);
  expect(nextPoint('Home', 3, 5)).toBe(0);
  expect(nextPoint('End', 3, 5)).toBe(4);
  expect(nextPoint('Escape', 3, 5)).toBeNull();
  expect(nextPoint('Escape', null, 5)).toBeUndefined();
  expect(nextPoint('a', 3, 5)).toBeUndefined();
});
