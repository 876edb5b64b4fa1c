// Puts a graph together: of an answer of the service, of further answers when nodes are expanded, and takes it apart.
import type { RunState } from '../ui/state.tsx';
import { STATE_LABELS } from '../ui/state.tsx';
import { type Columns, parseColumns } from './columns.ts';
import type { Completeness, Graph, GraphCluster, GraphEdge, GraphHub, GraphNode, Reason } from './model.ts';

/** A cluster of fewer new nodes is drawn one by one, as the service does. */
const FEWEST_IN_CLUSTER = 5;
/** If several hold, the first is told. */
const REASONS: readonly Reason[] = ['TIME', 'NODES', 'DEPTH', 'PERMISSION'];

/** The graph of one answer, which is the value of `LineageGraph.compact`. Its start is the focus. */
export function toGraph(compact: unknown): Graph {
  const columns = parseColumns(compact);
  const nodes = nodesOf(columns, 0);
  const focus = columns.nodes.id[columns.nodes.distance.indexOf(0)];
  if (focus === undefined) throw new TypeError('The lineage has no start');
  return settle({
    nodes: new Map(nodes.map((node) => [node.id, node])),
    edges: edgesOf(columns),
    clusters: clustersOf(columns),
    hubs: hubsOf(columns),
    focus,
    reason: columns.completeness.reason,
    isTotal: [...columns.nodes.forbiddenInputs, ...columns.nodes.forbiddenOutputs].includes(null),
  });
}

/**
 * The graph with another answer added to it. What is drawn stays drawn as it is: no cluster of the answer takes in a
 * node that is in the graph already, unless it is in that same cluster.
 */
export function merge(graph: Graph, compact: unknown): Graph {
  const columns = parseColumns(compact);
  const start = columns.nodes.id[columns.nodes.distance.indexOf(0)];
  const from = start === undefined ? undefined : graph.nodes.get(start);
  const nodes = new Map(graph.nodes);
  for (const node of nodesOf(columns, from?.distance ?? 0)) {
    const known = graph.nodes.get(node.id);
    nodes.set(node.id, known ? { ...node, distance: known.distance } : node);
  }
  const edges = new Map(graph.edges.map((edge) => [edgeKey(edge), edge]));
  for (const edge of edgesOf(columns)) edges.set(edgeKey(edge), edge);
  const isNew = (id: string) => !graph.nodes.has(id);
  return settle({
    nodes,
    edges: [...edges.values()],
    clusters: mergeGroups(graph.clusters, clustersOf(columns), isNew, FEWEST_IN_CLUSTER).map((one) =>
      countStates(one, nodes),
    ),
    hubs: mergeGroups(graph.hubs, hubsOf(columns), isNew, 0),
    focus: graph.focus,
    reason: worst(graph.completeness.reason, columns.completeness.reason),
    isTotal: graph.isTotal === true,
  });
}

/** The graph with edges between its nodes that no single answer had. */
export function joined(graph: Graph, added: readonly GraphEdge[]): Graph {
  const edges = new Map(graph.edges.map((edge) => [edgeKey(edge), edge]));
  for (const edge of added) {
    if (graph.nodes.has(edge.source) && graph.nodes.has(edge.target)) edges.set(edgeKey(edge), edge);
  }
  if (edges.size === graph.edges.length) return graph;
  return settle({ ...graph, edges: [...edges.values()], reason: graph.completeness.reason });
}

/** The graph without what hangs on one node alone: all that no way joins to the focus but through this node. */
export function fold(graph: Graph, id: string): Graph {
  const kept = new Set([id, graph.focus]);
  const waiting = id === graph.focus ? [] : [graph.focus];
  const beside = neighbours(graph);
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    for (const next of beside.get(current) ?? []) {
      if (kept.has(next)) continue;
      kept.add(next);
      waiting.push(next);
    }
  }
  const keep = (group: readonly string[]) => group.filter((member) => kept.has(member));
  return settle({
    nodes: new Map([...graph.nodes].filter(([one]) => kept.has(one))),
    edges: graph.edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target)),
    clusters: graph.clusters
      .map((one) => ({ ...one, members: keep(one.members) }))
      .filter((one) => one.members.length > 1)
      .map((one) => countStates(one, graph.nodes)),
    hubs: graph.hubs.filter((one) => kept.has(one.node)).map((one) => ({ ...one, members: keep(one.members) })),
    focus: graph.focus,
    // Folding hides what one step would show again.
    reason: worst(graph.completeness.reason, 'DEPTH'),
    isTotal: graph.isTotal === true,
  });
}

/** The ids of the nodes beside each node, on either side. */
export function neighbours(graph: Pick<Graph, 'edges'>): Map<string, string[]> {
  const beside = new Map<string, string[]>();
  const add = (one: string, other: string) => {
    const list = beside.get(one);
    if (list) list.push(other);
    else beside.set(one, [other]);
  };
  for (const edge of graph.edges) {
    add(edge.source, edge.target);
    add(edge.target, edge.source);
  }
  return beside;
}

function edgeKey(edge: GraphEdge): string {
  return `${edge.kind}:${edge.source}:${edge.target}`;
}

function isRunState(value: string | null): value is RunState {
  return value !== null && value in STATE_LABELS;
}

function nodesOf({ nodes }: Columns, start: number): GraphNode[] {
  const at = <Value>(column: readonly Value[], index: number) => column[index] as Value;
  return nodes.id.map((id, index) => {
    const state = at(nodes.runState, index);
    return {
      id,
      kind: at(nodes.kind, index),
      type: at(nodes.type, index),
      name: at(nodes.label, index),
      path: at(nodes.path, index),
      url: at(nodes.url, index),
      state: isRunState(state) ? state : null,
      aliases: at(nodes.aliases, index),
      protectedAliases: at(nodes.protected, index),
      recall: at(nodes.recall, index),
      isRecalled: at(nodes.isRecalled, index),
      isDeleted: at(nodes.isDeleted, index),
      createdAt: at(nodes.createdAt, index) / 1000,
      distance: at(nodes.distance, index) + start,
      inputs: at(nodes.inputs, index),
      outputs: at(nodes.outputs, index),
      hiddenUp: 0,
      hiddenDown: 0,
      forbiddenUp: at(nodes.forbiddenInputs, index) ?? 0,
      forbiddenDown: at(nodes.forbiddenOutputs, index) ?? 0,
    };
  });
}

function edgesOf({ nodes, edges }: Columns): GraphEdge[] {
  return edges.source.map((source, index) => ({
    source: nodes.id[source] as string,
    target: nodes.id[edges.target[index] as number] as string,
    kind: edges.kind[index] as GraphEdge['kind'],
    isReused: edges.reused[index] === true,
    at: (edges.at[index] as number) / 1000,
  }));
}

function clustersOf({ nodes, clusters }: Columns): GraphCluster[] {
  return clusters.id.map((id, index) => {
    const type = clusters.type[index] ?? null;
    const collection = clusters.collection[index] ?? null;
    const range = clusters.indexRange[index] ?? null;
    return {
      id,
      kind: clusters.kind[index] as GraphCluster['kind'],
      type,
      members: (clusters.members[index] ?? []).map((one) => nodes.id[one] as string),
      states: Object.fromEntries(Object.entries(clusters.states[index] ?? {}).filter(([state]) => isRunState(state))),
      recall: clusters.recall[index] ?? null,
      label: collection !== null && range ? `${collection}:v${range[0]}–v${range[1]}` : (type ?? ''),
    };
  });
}

function hubsOf({ nodes, hubs }: Columns): GraphHub[] {
  return hubs.node.map((position, index) => {
    const node = nodes.id[position] as string;
    const side = hubs.direction[index] as GraphHub['side'];
    return {
      id: `hub:${side}:${node}`,
      node,
      side,
      count: hubs.count[index] as number,
      forbidden: hubs.forbidden[index] ?? 0,
      members: (hubs.members[index] ?? []).map((one) => nodes.id[one] as string),
    };
  });
}

/** Known groups grow by new nodes; new groups are made of new nodes alone, of `fewest` at least. */
function mergeGroups<Group extends { id: string; members: readonly string[] }>(
  known: readonly Group[],
  added: readonly Group[],
  isNew: (id: string) => boolean,
  fewest: number,
): Group[] {
  const groups = new Map(known.map((one) => [one.id, one]));
  for (const group of added) {
    const fresh = group.members.filter(isNew);
    const before = groups.get(group.id);
    if (before) groups.set(group.id, { ...group, members: [...before.members, ...fresh] });
    else if (fresh.length >= fewest) groups.set(group.id, { ...group, members: fresh });
  }
  return [...groups.values()];
}

function countStates(cluster: GraphCluster, nodes: ReadonlyMap<string, GraphNode>): GraphCluster {
  const states: Partial<Record<RunState, number>> = {};
  for (const member of cluster.members) {
    const state = nodes.get(member)?.state;
    if (state) states[state] = (states[state] ?? 0) + 1;
  }
  return { ...cluster, states };
}

function worst(one: Reason | null, other: Reason | null): Reason | null {
  return REASONS.find((reason) => reason === one || reason === other) ?? null;
}

/** Counts what is hidden beside each node, which decides whether the graph is complete. */
function settle({ reason, ...graph }: Omit<Graph, 'completeness'> & { reason: Reason | null }): Graph {
  const drawnUp = new Map<string, number>();
  const drawnDown = new Map<string, number>();
  for (const edge of graph.edges) {
    drawnUp.set(edge.target, (drawnUp.get(edge.target) ?? 0) + 1);
    drawnDown.set(edge.source, (drawnDown.get(edge.source) ?? 0) + 1);
  }
  const nodes = new Map<string, GraphNode>();
  let hidden = 0;
  let forbidden = 0;
  for (const node of graph.nodes.values()) {
    const hiddenUp = Math.max(0, node.inputs - (drawnUp.get(node.id) ?? 0));
    const hiddenDown = Math.max(0, node.outputs - (drawnDown.get(node.id) ?? 0));
    nodes.set(node.id, { ...node, hiddenUp, hiddenDown });
    hidden += hiddenUp + hiddenDown;
    forbidden += node.forbiddenUp + node.forbiddenDown;
  }
  return { ...graph, nodes, completeness: completenessOf(reason, hidden, forbidden) };
}

function completenessOf(reason: Reason | null, hidden: number, forbidden: number): Completeness {
  const isCut = reason !== null && reason !== 'PERMISSION';
  const told = hidden === 0 && isCut ? (forbidden ? 'PERMISSION' : null) : reason;
  return { isComplete: told === null, reason: told, forbidden, hidden };
}
