import { describe, expect, it } from 'vitest';
import { bothOf, filterOf, formatSort, orderOf, parseCondition, parseSort } from './run-filters.ts';

describe('a condition as people write it', () => {
  it.each([
    ['config.lr < 0.1', { document: 'config', path: 'lr', op: 'LT', value: 0.1 }],
    ['summary.val/acc>=0.9', { document: 'summary', path: 'val/acc', op: 'GTE', value: 0.9 }],
    ['config.optimizer.name = adam', { document: 'config', path: 'optimizer.name', op: 'EQ', value: 'adam' }],
    ['config.seed == "20"', { document: 'config', path: 'seed', op: 'EQ', value: '20' }],
    ['config.amp != true', { document: 'config', path: 'amp', op: 'NE', value: true }],
    ['summary.note ~ 収束', { document: 'summary', path: 'note', op: 'CONTAINS', value: '収束' }],
    ['config.learning rate > 1e-3', { document: 'config', path: 'learning rate', op: 'GT', value: 0.001 }],
    ['config.モデル ＝ ＣＮＮ', { document: 'config', path: 'モデル', op: 'EQ', value: 'ＣＮＮ' }],
    ['config.lr<0.1', { document: 'config', path: 'lr', op: 'LT', value: 0.1 }],
  ])('reads %s', (text, expected) => {
    expect(parseCondition(text)).toEqual(expected);
  });

  it('reads that a key is there', () => {
    expect(parseCondition('summary.test.acc exists')).toEqual({ document: 'summary', path: 'test.acc', op: 'EXISTS' });
  });

  it.each(['', 'lr < 1', 'config. < 1', 'config.lr', 'config.lr <', 'metadata.x = 1'])('refuses %j', (text) => {
    expect(parseCondition(text)).toBeNull();
  });
});

describe('the filter of an address', () => {
  it('is none without parameters', () => {
    expect(filterOf(new URLSearchParams('sort=name&col=config.lr'))).toBeNull();
  });

  it('takes all that is named, and leaves out what is no state or no condition', () => {
    const params = new URLSearchParams([
      ['state', 'FAILED'],
      ['state', 'NONSENSE'],
      ['job', 'train'],
      ['tag', 'v2'],
      ['q', '  モデル '],
      ['where', 'config.lr < 0.1'],
      ['where', 'nonsense'],
      ['where', 'summary.acc exists'],
    ]);
    expect(filterOf(params)).toEqual({
      states: ['FAILED'],
      jobTypes: ['train'],
      tags: ['v2'],
      nameContains: 'モデル',
      config: [{ path: 'lr', op: 'LT', value: 0.1 }],
      summary: [{ path: 'acc', op: 'EXISTS' }],
    });
  });

  it('holds together with that of a group, even where both name the same field', () => {
    const one = filterOf(new URLSearchParams('job=train&job=evaluate'));
    expect(bothOf(one, { jobTypes: ['train'] })).toEqual({
      jobTypes: ['train', 'evaluate'],
      any: [{ jobTypes: ['train'] }],
    });
    expect(bothOf(null, { jobTypes: ['train'] })).toEqual({ jobTypes: ['train'] });
  });
});

describe('the order of an address', () => {
  it.each(['name', '-name', '-summary.val/acc', 'config.optimizer.lr', 'created'])(
    'goes there and back: %s',
    (text) => {
      expect(formatSort(parseSort(text))).toBe(text);
    },
  );

  it('is the newest first unless told, which no address names', () => {
    expect(orderOf(parseSort(null))).toEqual({ field: 'CREATED_AT', direction: 'DESC' });
    expect(formatSort(parseSort('-created'))).toBeNull();
  });

  it.each([
    ['state', 'STATE'],
    ['job', 'JOB_TYPE'],
    ['duration', 'DURATION'],
    ['something else', 'CREATED_AT'],
    ['constructor', 'CREATED_AT'],
  ])('orders by the column %s', (key, field) => {
    expect(orderOf(parseSort(`-${key}`))).toEqual({ field, direction: 'DESC' });
  });

  it('names the leaf of a document', () => {
    expect(orderOf(parseSort('-summary.val.acc'))).toEqual({ field: 'SUMMARY', path: 'val.acc', direction: 'DESC' });
    expect(orderOf(parseSort('config.lr'))).toEqual({ field: 'CONFIG', path: 'lr', direction: 'ASC' });
  });
});
