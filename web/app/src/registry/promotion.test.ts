import { describe, expect, it } from 'vitest';
import { earlierTargets, mainAlias, metricChanges, metricNames, proposalIn, verdictOn } from './promotion.ts';

describe('metricChanges', () => {
  it('gives the difference of two numbers and of nothing else', () => {
    expect(metricChanges({ acc: 0.5, kind: 'a', old: 1 }, { acc: 0.75, kind: 'b', next: 2 })).toEqual([
      { name: 'acc', before: 0.5, after: 0.75, difference: 0.25 },
      { name: 'kind', before: 'a', after: 'b', difference: null },
      { name: 'next', before: null, after: 2, difference: null },
      { name: 'old', before: 1, after: null, difference: null },
    ]);
  });

  it('takes a version whose run is hidden for one without metrics', () => {
    expect(metricChanges(null, { acc: 1 })).toEqual([{ name: 'acc', before: null, after: 1, difference: null }]);
    expect(metricChanges(null, undefined)).toEqual([]);
  });

  it('knows zero from nothing', () => {
    expect(metricChanges({ loss: 0 }, { loss: 0 })).toEqual([{ name: 'loss', before: 0, after: 0, difference: 0 }]);
  });
});

it('names the metrics that most versions have first', () => {
  const versions = [{ metrics: { b: 1, a: 1 } }, { metrics: { c: 1, b: 2 } }, { metrics: null }, {}];
  expect(metricNames(versions)).toEqual(['b', 'a', 'c']);
});

describe('verdictOn', () => {
  const refused = (...rules: string[]) => ({
    __typename: 'ConflictError',
    message: 'It stays.',
    unmetRules: rules.map((rule) => ({ rule, message: `${rule} is not met` })),
  });
  const denied = { __typename: 'PermissionDeniedError', message: 'It is protected.' };

  it('lets a move be made that nothing refuses', () => {
    expect(verdictOn(null, true)).toEqual({ kind: 'move' });
  });

  it('proposes where approvals alone are lacking, and to members where an alias is protected', () => {
    expect(verdictOn(refused('approvals'), true)).toEqual({ kind: 'propose', message: 'approvals is not met' });
    expect(verdictOn(denied, true)).toEqual({ kind: 'propose', message: 'It is protected.' });
  });

  it('blocks where another rule is unmet too, and names each', () => {
    expect(verdictOn(refused('approvals', 'metric'), true)).toEqual({
      kind: 'blocked',
      reasons: ['approvals is not met', 'metric is not met'],
    });
  });

  it('blocks whoever only reads, and whatever has no rules', () => {
    expect(verdictOn(denied, false)).toEqual({ kind: 'blocked', reasons: ['It is protected.'] });
    const invalid = { __typename: 'InvalidInputError', message: 'No such name.' };
    expect(verdictOn(invalid, true)).toEqual({ kind: 'blocked', reasons: ['No such name.'] });
  });
});

it('offers each earlier place once, the last first, without the present one, removals and what was deleted', () => {
  const to = (id: string, isDeleted = false) => ({ to: { id, isDeleted } });
  const moves = [to('now'), to('b'), { to: null }, to('gone', true), to('b'), to('a'), to('now')];
  expect(earlierTargets(moves, 'now').map((move) => move.to.id)).toEqual(['b', 'a']);
  expect(earlierTargets(moves, null).map((move) => move.to.id)).toEqual(['now', 'b', 'a']);
});

it('judges a model by a protected alias, else by any but latest, else by latest', () => {
  const [latest, staging, production] = [{ name: 'latest' }, { name: 'staging' }, { name: 'production' }];
  const isProtected = (name: string) => name === 'production';
  expect(mainAlias([latest, staging, production], isProtected)).toBe(production);
  expect(mainAlias([latest, staging], isProtected)).toBe(staging);
  expect(mainAlias([latest], isProtected)).toBe(latest);
  expect(mainAlias([], isProtected)).toBeUndefined();
});

it('finds the proposal that a reason names, with the words of the proposer', () => {
  const id = '01a1fe9e-3e7f-76e1-a047-e097b5e07249';
  expect(proposalIn(`proposal ${id}: better\non trucks`)).toEqual({ id, reason: 'better\non trucks' });
  expect(proposalIn(`proposal ${id}`)).toEqual({ id, reason: '' });
  expect(proposalIn('proposal of ken: better')).toBeNull();
});
