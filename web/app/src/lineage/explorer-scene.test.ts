import { describe, expect, it } from 'vitest';
import { findMatches } from './explorer-find.ts';
import { sceneOf } from './explorer-scene.ts';
import { layOut } from './layout.ts';
import { MOST_ROWS } from './layout-types.ts';
import type { Graph, GraphEdge, GraphNode } from './model.ts';
import { membersOf } from './panel-group.tsx';

const t = (key: string, values: Record<string, string | number> = {}) =>
  [key, ...Object.values(values).map(String)].join(' ');

function node(id: string, part: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    kind: id.startsWith('r') ? 'RUN' : 'ARTIFACT_VERSION',
    type: null,
    name: id,
    path: `a/b/${id}`,
    url: '',
    state: id.startsWith('r') ? 'FINISHED' : null,
    aliases: [],
    protectedAliases: [],
    recall: null,
    isRecalled: false,
    isDeleted: false,
    createdAt: 0,
    distance: 0,
    inputs: 0,
    outputs: 0,
    hiddenUp: 0,
    hiddenDown: 0,
    forbiddenUp: 0,
    forbiddenDown: 0,
    ...part,
  };
}

const RUNS = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6'];
const used = (target: string): GraphEdge => ({ source: 'data', target, kind: 'CONSUMED', isReused: false, at: 0 });

/** A version, six similar runs that used it, and one that failed. */
function graph(): Graph {
  const nodes = [
    node('data', {
      name: 'データ:v3',
      type: 'dataset',
      aliases: ['best', 'production'],
      protectedAliases: ['production'],
      hiddenUp: 2,
      forbiddenDown: 1,
      recall: 'WARNING',
    }),
    ...RUNS.map((id, index) => node(id, { type: 'train', createdAt: index })),
    node('r7', { type: 'evaluate', state: 'FAILED', name: 'Résumé-7' }),
  ];
  return {
    nodes: new Map(nodes.map((one) => [one.id, one])),
    edges: [...RUNS, 'r7'].map(used),
    clusters: [
      { id: 'c', kind: 'RUN', type: 'train', members: RUNS, states: { FINISHED: 6 }, recall: null, label: 'train' },
    ],
    hubs: [],
    focus: 'data',
    completeness: { isComplete: false, reason: 'DEPTH', hidden: 2, forbidden: 1 },
  };
}

function laidOut(open: string[] = []) {
  const shown = graph();
  const rules = { open: new Set(open), alone: new Set<string>(), pinned: new Map(), mostRows: MOST_ROWS };
  return { graph: shown, layout: layOut({ graph: shown, ...rules }) };
}

describe('scene of a lineage', () => {
  it('draws similar nodes as one card, with their states, until they are opened', () => {
    const { graph: shown, layout } = laidOut();
    const scene = sceneOf(shown, layout, t);
    expect([...scene.byId.keys()].sort()).toEqual(['c', 'data', 'r7']);
    expect(scene.byId.get('c')).toMatchObject({ isStacked: true, outline: 'pill', states: { FINISHED: 6 } });
    expect(scene.lines.find((line) => line.target === 'c')?.count).toBe(6);
    const opened = laidOut(['c']);
    expect(sceneOf(opened.graph, opened.layout, t).cards).toHaveLength(8);
  });

  it('shows on a card what is known of its node, the protected alias first', () => {
    const { graph: shown, layout } = laidOut();
    const card = sceneOf(shown, layout, t).byId.get('data');
    expect(card).toMatchObject({ isFocus: true, caption: 'dataset', name: 'データ:v3', moreUp: 2, barredDown: 1 });
    expect(card?.chips).toEqual([
      { text: 'production', isProtected: true },
      { text: 'best', isProtected: false },
    ]);
    expect(card).toMatchObject({ isWarned: true, isRecalled: false });
  });

  it('says in words what it shows in shapes', () => {
    const { graph: shown, layout } = laidOut();
    const scene = sceneOf(shown, layout, t);
    expect(scene.byId.get('r7')?.spoken).toBe('kind.run Résumé-7, evaluate, state.failed, lineage.inOut 0 0');
    const spoken = scene.byId.get('data')?.spoken;
    for (const word of [
      'production (ui.protected)',
      'lineage.recall.WARNING',
      'lineage.notDrawn 2',
      'lineage.notVisible 1',
    ])
      expect(spoken).toContain(word);
  });

  it('draws what was deleted as a tombstone', () => {
    const { graph: shown, layout } = laidOut();
    const nodes = new Map(shown.nodes).set('r7', node('r7', { isDeleted: true }));
    const card = sceneOf({ ...shown, nodes }, layout, t).byId.get('r7');
    expect(card).toMatchObject({ shape: 'hidden', isDashed: true, caption: 'kind.run · lineage.deleted' });
  });
});

describe('search in a graph', () => {
  it('finds names, types and aliases, and cards by what is inside', () => {
    const laid = laidOut();
    expect(findMatches(laid, 'production')).toEqual(['data']);
    expect(findMatches(laid, 'r4')).toEqual(['c']);
    expect(findMatches(laid, 'evaluate résumé')).toEqual(['r7']);
    expect(findMatches(laid, 'データ')).toEqual(['data']);
    expect(findMatches(laid, ' ')).toEqual([]);
    expect(findMatches(laid, 'nothing')).toEqual([]);
  });

  it('finds wide letters by narrow ones', () => {
    expect(findMatches(laidOut(), 'ｅｖａｌｕａｔｅ')).toEqual(['r7']);
  });
});

describe('members of a cluster', () => {
  it('are searched and sorted in the browser', () => {
    const { nodes } = graph();
    const names = (text: string, sort: Parameters<typeof membersOf>[3]) =>
      membersOf([...RUNS, 'gone'], nodes, text, sort).map((one) => one.name);
    expect(names('', 'newest')).toEqual(['r6', 'r5', 'r4', 'r3', 'r2', 'r1']);
    expect(names('', 'oldest')[0]).toBe('r1');
    expect(names('R3', 'name')).toEqual(['r3']);
  });
});
