import { describe, expect, it } from 'vitest';
import {
  type ExplorerState,
  longId,
  type Move,
  readState,
  shortId,
  stepsOf,
  withMove,
  writeState,
} from './explorer-state.ts';

const ONE = '01a1feb2-5f8d-75e1-887a-01802d4caa6f';
const TWO = '01a1feb2-614f-7e1e-875a-66af54aaf07f';
const CLUSTER = 'cluster:0123456789abcdef01234567';

const FULL: ExplorerState = {
  up: 'all',
  down: 3,
  types: ['model', '学習データ'],
  jobTypes: ['train & test'],
  aliases: ['production'],
  from: '2026-11-01',
  to: '2026-11-21',
  moves: [
    { id: ONE, kind: 'up' },
    { id: TWO, kind: 'allDown' },
    { id: ONE, kind: 'hide' },
  ],
  open: [CLUSTER, 'more:2'],
  alone: [TWO],
  selected: `hub:DOWNSTREAM:${ONE}`,
  path: [ONE, TWO],
  view: 'table',
  isDirect: true,
  isLarge: true,
  camera: '120,-40,0.750',
};

function inAddress(state: Partial<ExplorerState>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(writeState(state))) {
    for (const one of value === null ? [] : typeof value === 'string' ? [value] : value) params.append(name, one);
  }
  return params.toString();
}

describe('state of the explorer in its address', () => {
  it('comes back out of an address as it went in', () => {
    expect(readState(new URLSearchParams(inAddress(FULL)))).toEqual(FULL);
  });

  it('is nothing in the address at first', () => {
    const first = readState(new URLSearchParams(''));
    expect(inAddress(first)).toBe('');
    expect(stepsOf(first, 'ARTIFACT_VERSION')).toEqual({ up: 2, down: 1 });
    expect(stepsOf(first, 'RUN')).toEqual({ up: 1, down: 1 });
  });

  it('changes nothing but what is told', () => {
    expect(writeState({ selected: null })).toEqual({ sel: null });
    expect(writeState({ up: 0 })).toEqual({ up: '0' });
  });

  it.each(['up=x&down=-1&from=3.11.2026&to=2026-99-99&x=&x=abc&x=abc.q&path=a&view=map', 'up=1e9&x=.u&path=~b&from='])(
    'takes what it does not know for not said: %s',
    (text) => {
      expect(readState(new URLSearchParams(text))).toEqual(readState(new URLSearchParams('')));
    },
  );

  it('writes ids short, and gives them back whole', () => {
    expect(shortId(ONE)).toHaveLength(22);
    for (const id of [ONE, TWO, CLUSTER, 'ffffffff-ffff-ffff-ffff-ffffffffffff']) expect(longId(shortId(id))).toBe(id);
  });
});

describe('moves', () => {
  const up: Move = { id: ONE, kind: 'up' };
  const down: Move = { id: ONE, kind: 'down' };
  const other: Move = { id: TWO, kind: 'up' };

  it('are made once', () => {
    expect(withMove([up, other], up)).toEqual([other, up]);
  });

  it('of a node are taken back by folding it', () => {
    expect(withMove([up, other, down], { id: ONE, kind: 'fold' })).toEqual([other]);
  });

  it('fold what the first answer gave, until the node is expanded again', () => {
    const folded = withMove([other], { id: ONE, kind: 'fold' });
    expect(folded).toEqual([other, { id: ONE, kind: 'fold' }]);
    expect(withMove(folded, down)).toEqual([other, down]);
  });
});
