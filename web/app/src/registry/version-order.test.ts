import { expect, it } from 'vitest';
import { metricKey, orderOf, sortOf } from './version-order.ts';

it.each([
  ['', { field: 'INDEX', direction: 'DESC' }],
  ['order=asc', { field: 'INDEX', direction: 'ASC' }],
  ['sort=SIZE', { field: 'SIZE', direction: 'DESC' }],
  ['sort=metric.', { field: 'INDEX', direction: 'DESC' }],
  ['sort=metric.val%2Facc.top-1&order=asc', { field: 'METRIC', path: 'val/acc.top-1', direction: 'ASC' }],
  ['sort=nonsense', { field: 'INDEX', direction: 'DESC' }],
])('asks for what the address %j says', (address, order) => {
  expect(orderOf(sortOf(new URLSearchParams(address)))).toEqual(order);
});

it('finds the column of a metric again', () => {
  expect(sortOf(new URLSearchParams({ sort: metricKey('精度') }))).toEqual({ key: 'metric.精度', isDescending: true });
});
