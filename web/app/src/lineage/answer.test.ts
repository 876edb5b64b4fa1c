import { describe, expect, it } from 'vitest';
import { fold, merge, toGraph } from './answer.ts';

interface Node {
  id: string;
  kind?: 'RUN' | 'ARTIFACT_VERSION' | 'REGISTRY_VERSION';
  distance?: number;
  inputs?: number;
  outputs?: number;
  forbiddenOutputs?: number;
  runState?: string | null;
}

interface Group {
  id: string;
  members: string[];
}

/** An answer as the service writes it. */
function compact(
  nodes: Node[],
  edges: [string, string][],
  { reason = null as string | null, groups = [] as Group[] } = {},
) {
  const position = (id: string) => nodes.findIndex((node) => node.id === id);
  const column = <Value>(take: (node: Node) => Value) => nodes.map(take);
  return {
    nodes: {
      id: column((node) => node.id),
      kind: column((node) => node.kind ?? 'RUN'),
      label: column((node) => node.id),
      path: column((node) => `acme/digits/${node.id}`),
      url: column((node) => `https://example.test/acme/digits/${node.id}`),
      type: column(() => null),
      runState: column((node) => node.runState ?? null),
      isDeleted: column(() => false),
      aliases: column(() => []),
      protected: column(() => []),
      isRecalled: column(() => false),
      recall: column(() => null),
      inputs: column((node) => node.inputs ?? 0),
      outputs: column((node) => node.outputs ?? 0),
      forbiddenInputs: column(() => 0),
      forbiddenOutputs: column((node) => node.forbiddenOutputs ?? 0),
      createdAt: column(() => 1_700_000_000_000_000),
      distance: column((node) => node.distance ?? 0),
    },
    edges: {
      source: edges.map(([source]) => position(source)),
      target: edges.map(([, target]) => position(target)),
      kind: edges.map(() => 'CONSUMED'),
      at: edges.map(() => 1_700_000_000_000_000),
      reused: edges.map(() => null),
    },
    completeness: { isComplete: reason === null, reason },
    clusters: {
      id: groups.map((group) => group.id),
      kind: groups.map(() => 'RUN'),
      type: groups.map(() => 'train'),
      states: groups.map(() => ({ FINISHED: 4, FAILED: 1 })),
      recall: groups.map(() => null),
      collection: groups.map(() => null),
      indexRange: groups.map(() => null),
      members: groups.map((group) => group.members.map(position)),
    },
    hubs: { node: [], direction: [], count: [], forbidden: [], members: [] },
  };
}

const data: Node = { id: 'data', kind: 'ARTIFACT_VERSION', outputs: 2, forbiddenOutputs: 3 };
const train: Node = { id: 'train', distance: 1, inputs: 1, outputs: 1, runState: 'FINISHED' };
const model: Node = { id: 'model', kind: 'ARTIFACT_VERSION', distance: 1, inputs: 1 };
const first = compact([data, train], [['data', 'train']], { reason: 'DEPTH' });

describe('the graph of an answer', () => {
  it('has its nodes and edges by id, times in milliseconds, and the start as its focus', () => {
    const graph = toGraph(first);

    expect(graph.focus).toBe('data');
    expect(graph.nodes.get('train')).toMatchObject({ state: 'FINISHED', createdAt: 1_700_000_000_000, distance: 1 });
    expect(graph.edges).toMatchObject([{ source: 'data', target: 'train', isReused: false, at: 1_700_000_000_000 }]);
  });

  it('counts what is not in it beside each node', () => {
    const graph = toGraph(first);

    expect(graph.nodes.get('data')).toMatchObject({ hiddenUp: 0, hiddenDown: 1, forbiddenDown: 3 });
    expect(graph.nodes.get('train')).toMatchObject({ hiddenUp: 0, hiddenDown: 1 });
    expect(graph.completeness).toEqual({ isComplete: false, reason: 'DEPTH', hidden: 2, forbidden: 3 });
  });

  it.each([
    ['no object', null],
    ['no column nodes.kind', { ...first, nodes: { ...first.nodes, kind: undefined } }],
    ['column nodes.kind is wrong at 0', { ...first, nodes: { ...first.nodes, kind: ['CAT', 'RUN'] } }],
    ['column nodes.id has another length', { ...first, nodes: { ...first.nodes, kind: ['RUN'] } }],
    ['column edges.target is wrong at 0', { ...first, edges: { ...first.edges, target: [7] } }],
    ['whether it is complete', { ...first, completeness: {} }],
  ])('is refused when the answer is not of its form: %s', (_, answer) => {
    expect(() => toGraph(answer)).toThrow(TypeError);
  });
});

describe('an expansion', () => {
  const more = compact([{ ...train, distance: 0 }, model], [['train', 'model']]);

  it('adds nodes and edges, and what was hidden no longer is', () => {
    const graph = merge(toGraph(first), more);

    expect([...graph.nodes.keys()]).toEqual(['data', 'train', 'model']);
    expect(graph.edges).toHaveLength(2);
    expect(graph.nodes.get('train')).toMatchObject({ hiddenDown: 0, distance: 1 });
    expect(graph.nodes.get('model')?.distance).toBe(2);
    expect(graph.completeness).toMatchObject({ reason: 'DEPTH', hidden: 1 });
  });

  it('changes nothing when it is added twice', () => {
    const once = merge(toGraph(first), more);

    expect(merge(once, more)).toEqual(once);
  });

  it('is complete when nothing is left to expand, but for what may not be seen', () => {
    const evaluate: Node = { id: 'evaluate', distance: 1, inputs: 1 };
    const rest = compact([data, evaluate], [['data', 'evaluate']]);

    const graph = merge(merge(toGraph(first), more), rest);

    expect(graph.completeness).toEqual({ isComplete: false, reason: 'PERMISSION', hidden: 0, forbidden: 3 });
  });

  it('takes no drawn node into a cluster, and makes none of fewer than five new ones', () => {
    const runs = Array.from({ length: 6 }, (_, at): Node => ({ id: `run-${at}`, distance: 1, runState: 'FINISHED' }));
    const edges = runs.map((run): [string, string] => ['data', run.id]);
    const all = compact([data, ...runs], edges, { groups: [{ id: 'c', members: runs.map((run) => run.id) }] });
    const drawn = (count: number) => toGraph(compact([data, ...runs.slice(0, count)], edges.slice(0, count)));

    const [one] = merge(drawn(1), all).clusters;

    expect(one).toMatchObject({ members: runs.slice(1).map((run) => run.id), states: { FINISHED: 5 }, label: 'train' });
    expect(merge(drawn(2), all).clusters).toEqual([]);
  });

  it('is undone by folding the node', () => {
    const graph = merge(toGraph(first), more);

    const folded = fold(graph, 'train');

    expect([...folded.nodes.keys()]).toEqual(['data', 'train']);
    expect(folded.nodes.get('train')?.hiddenDown).toBe(1);
    expect(fold(graph, 'model').nodes.size).toBe(3);
    expect([...fold(graph, 'data').nodes.keys()]).toEqual(['data']);
  });
});
