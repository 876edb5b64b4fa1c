import { describe, expect, it } from 'vitest';
import type { RunRowFragment } from '../generated/runs/list.ts';
import { cellOf, defaultColumns, documentColumns } from './run-columns.tsx';

function run(config: unknown, summary: unknown): RunRowFragment {
  const facts = { id: 'a', key: 'a', name: 'a', path: 'e/p/a', url: '', jobType: null, group: null, tags: [] };
  const times = { createdAt: '', startedAt: '', finishedAt: null };
  const counts = {
    inputs: { __typename: 'InputConnection' as const, totalCount: 0 },
    outputs: { __typename: 'OutputConnection' as const, totalCount: 0 },
  };
  return { __typename: 'Run', state: 'FINISHED', config, summary, ...facts, ...times, ...counts };
}

describe('columns that runs offer', () => {
  const runs = [
    run({ lr: 0.1, name: 'a', opt: { decay: 1 } }, { loss: 1, image: { _type: 'image', path: 'x' }, _step: 3 }),
    run({ lr: 0.2 }, { loss: 2, acc: 0.5, 'val/acc': 0.4, f1: 1 }),
  ];

  it('are all leaves but media and the recorder’s own, the most frequent first', () => {
    expect(documentColumns(runs)).toEqual([
      'config.lr',
      'summary.loss',
      'config.name',
      'config.opt.decay',
      'summary.acc',
      'summary.val/acc',
      'summary.f1',
    ]);
  });

  it('are two numbers of the configs and three of the summaries, until somebody chooses', () => {
    expect(defaultColumns(runs)).toEqual([
      'config.lr',
      'config.opt.decay',
      'summary.loss',
      'summary.acc',
      'summary.val/acc',
    ]);
    expect(defaultColumns([])).toEqual([]);
  });

  it('give the value of a run by its document and path', () => {
    const [first] = runs;
    expect(first && cellOf(first, 'config.opt.decay')).toBe(1);
    expect(first && cellOf(first, 'summary.acc')).toBeUndefined();
  });
});
