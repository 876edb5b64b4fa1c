import { describe, expect, it } from 'vitest';
import { besideLine, directLine, withEdges, withHubsCounted, without } from './graph-edits.ts';
import type { Graph, GraphEdge, GraphNode } from './model.ts';

function node(id: string, part: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    kind: id.startsWith('r') ? 'RUN' : 'ARTIFACT_VERSION',
    type: null,
    name: id,
    path: `a/b/${id}`,
    url: '',
    state: null,
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

function edge(source: string, target: string): GraphEdge {
  return { source, target, kind: source.startsWith('r') ? 'PRODUCED' : 'CONSUMED', isReused: false, at: 0 };
}

/** data → r1 → model → r2 → report, and r1 → log, which the line of `model` leaves out. */
function graph(part: Partial<Graph> = {}): Graph {
  const ids = ['model', 'r1', 'data', 'log', 'r2', 'report'];
  return {
    nodes: new Map(ids.map((id) => [id, node(id)])),
    edges: [edge('data', 'r1'), edge('r1', 'model'), edge('r1', 'log'), edge('model', 'r2'), edge('r2', 'report')],
    clusters: [],
    hubs: [],
    focus: 'model',
    completeness: { isComplete: true, reason: null, hidden: 0, forbidden: 0 },
    ...part,
  };
}

describe('edits of a graph', () => {
  it('hides a node, and says at its neighbours that something is missing', () => {
    const shown = without(graph(), new Set(['r2']));
    expect([...shown.nodes.keys()]).toEqual(['model', 'r1', 'data', 'log', 'report']);
    expect(shown.nodes.get('model')?.hiddenDown).toBe(1);
    expect(shown.nodes.get('report')?.hiddenUp).toBe(1);
    expect(shown.completeness.hidden).toBe(2);
    expect(shown.edges).toHaveLength(3);
  });

  it('never hides the focus', () => {
    const whole = graph();
    expect(without(whole, new Set(['model']))).toBe(whole);
  });

  it('keeps to what the focus came from and what came of it', () => {
    expect(besideLine(graph())).toBe(1);
    const line = directLine(graph());
    expect(line.nodes.has('log')).toBe(false);
    expect(line.nodes.get('r1')?.hiddenDown).toBe(1);
  });

  it('ends also where data goes round', () => {
    const round = graph({ edges: [...graph().edges, edge('report', 'r1')] });
    expect(directLine(round).nodes.has('log')).toBe(true);
  });

  it('takes members out of clusters that it hides, and a cluster of one away', () => {
    const cluster = { id: 'c', kind: 'RUN', type: null, states: {}, recall: null, label: '' } as const;
    const clustered = graph({ clusters: [{ ...cluster, members: ['log', 'report'] }] });
    expect(without(clustered, new Set(['log'])).clusters).toEqual([]);
  });

  it('adds the edges of a path once, and only between nodes that are there', () => {
    const hidden = graph();
    const nodes = new Map(hidden.nodes).set('data', node('data', { hiddenDown: 1 }));
    const whole = withEdges({ ...hidden, nodes }, [edge('data', 'r2'), edge('r1', 'model'), edge('data', 'r9')]);
    expect(whole.edges).toHaveLength(hidden.edges.length + 1);
    expect(whole.nodes.get('data')?.hiddenDown).toBe(0);
  });

  it('does not call missing what a hub counts', () => {
    const nodes = new Map(graph().nodes).set('model', node('model', { hiddenDown: 700 }));
    const hub = { id: 'hub', node: 'model', side: 'DOWNSTREAM', count: 900, forbidden: 0, members: [] } as const;
    const cut = { isComplete: false, reason: 'NODES', hidden: 700, forbidden: 0 } as const;
    const shown = withHubsCounted(graph({ nodes, hubs: [hub], completeness: cut }));
    expect(shown.completeness).toEqual({ isComplete: true, reason: null, hidden: 0, forbidden: 0 });
    expect(shown.nodes.get('model')?.hiddenDown).toBe(0);
    const more = withHubsCounted(graph({ nodes, hubs: [hub], completeness: { ...cut, hidden: 701 } }));
    expect(more.completeness.reason).toBe('NODES');
  });
});
