import { expect, it } from 'vitest';
import { groupsOf, NO_NAME } from './run-groups.ts';

it('puts the counts of each group together, the largest first and those without a name last', () => {
  const counts = [
    { keys: ['', 'FINISHED'], count: 9 },
    { keys: ['evaluate', 'FINISHED'], count: 1 },
    { keys: ['train', 'FAILED'], count: 2 },
    { keys: ['train', 'FINISHED'], count: 3 },
  ];
  expect(groupsOf(counts, 'job').map(({ id, count, states }) => [id, count, states.length])).toEqual([
    ['train', 5, 2],
    ['evaluate', 1, 1],
    [NO_NAME, 9, 1],
  ]);
});

it('takes states for both the group and its state', () => {
  expect(groupsOf([{ keys: ['FAILED'], count: 2 }], 'state')).toEqual([
    { id: 'FAILED', key: 'FAILED', count: 2, states: [['FAILED', 2]] },
  ]);
});
