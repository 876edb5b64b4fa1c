import { describe, expect, it } from 'vitest';
import { graphOf, newNode } from './random-graph.ts';
import { filterRows, readSort, rowsOf, type SortKey, sortRows, writeSort } from './table.ts';

const raw = { ...newNode('raw', 'ARTIFACT_VERSION', 'mnist:v10', 'dataset'), aliases: ['best'] };
const old = newNode('old', 'ARTIFACT_VERSION', 'mnist:v9', 'dataset');
const train = newNode('train', 'RUN', '学習', null);
const model = newNode('model', 'ARTIFACT_VERSION', 'モデル:v0', 'model');
const other = newNode('other', 'ARTIFACT_VERSION', 'other:v0', 'report', 7);
const edge = (source: string, target: string) => ({
  source,
  target,
  kind: 'CONSUMED' as const,
  isReused: false,
  at: 0,
});
const graph = graphOf(
  [raw, old, train, model, other],
  [edge('raw', 'train'), edge('old', 'train'), edge('train', 'model'), edge('raw', 'other')],
  'model',
);

const names = (key: SortKey, isDescending = false) =>
  sortRows(rowsOf(graph), { key, isDescending }, 'ja').map((row) => row.node.id);

describe('the table of a lineage', () => {
  it('says on which side of the focus a node lies, and how far off', () => {
    expect(rowsOf(graph).map((row) => [row.node.id, row.direction, row.distance])).toEqual([
      ['raw', 'up', 2],
      ['old', 'up', 2],
      ['train', 'up', 1],
      ['model', 'focus', 0],
      ['other', 'beside', 7],
    ]);
  });

  it('says of a node in a cycle that it lies on both sides', () => {
    const cycle = graphOf([train, model], [edge('train', 'model'), edge('model', 'train')], 'model');

    expect(rowsOf(cycle).map((row) => row.direction)).toEqual(['both', 'focus']);
  });

  it('is sorted by distance first, numbers as numbers, what says nothing last', () => {
    expect(names('distance')).toEqual(['model', 'train', 'old', 'raw', 'other']);
    expect(names('name').indexOf('old')).toBeLessThan(names('name').indexOf('raw'));
    expect(names('type').at(-1)).toBe('train');
    expect(names('distance', true)[0]).toBe('other');
  });

  it('finds words in names, types and aliases, in wide letters too', () => {
    const found = (search: string) => filterRows(rowsOf(graph), search).map((row) => row.node.id);

    expect(found('ＭＮＩＳＴ')).toEqual(['raw', 'old']);
    expect(found('mnist best')).toEqual(['raw']);
    expect(found('学習')).toEqual(['train']);
    expect(found('  ')).toHaveLength(5);
  });

  it('has its order in the address', () => {
    for (const text of ['name', '-name', '-distance']) expect(writeSort(readSort(text))).toBe(text);
    expect(writeSort(readSort('distance'))).toBeNull();
    expect(readSort('nonsense')).toEqual({ key: 'distance', isDescending: false });
  });
});
