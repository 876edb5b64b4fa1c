// What the reader does to a graph by hand: hiding nodes, adding a path that leads outside of it, keeping to the line of
// the focus.
import type { Graph, GraphEdge, GraphNode } from './model.ts';

/** The graph without some nodes; their neighbours say so. The focus stays. */
export function without(graph: Graph, ids: ReadonlySet<string>): Graph {
  const gone = new Set([...ids].filter((id) => id !== graph.focus && graph.nodes.has(id)));
  return gone.size ? only(graph, (id) => !gone.has(id)) : graph;
}

/** Only what the focus came from, and what came of it. */
export function directLine(graph: Graph): Graph {
  const up = reach(graph, (edge) => [edge.target, edge.source]);
  const down = reach(graph, (edge) => [edge.source, edge.target]);
  return only(graph, (id) => up.has(id) || down.has(id));
}

/** How many nodes lie beside the line of the focus. */
export function besideLine(graph: Graph): number {
  return graph.nodes.size - directLine(graph).nodes.size;
}

/** The graph in which neighbours that a hub counts are not said to be missing: they are a number, and a list. */
export function withHubsCounted(graph: Graph): Graph {
  const nodes = new Map(graph.nodes);
  let counted = 0;
  for (const { node: id, side } of graph.hubs) {
    const node = nodes.get(id);
    if (!node) continue;
    const isUp = side === 'UPSTREAM';
    counted += isUp ? node.hiddenUp : node.hiddenDown;
    nodes.set(id, isUp ? { ...node, hiddenUp: 0 } : { ...node, hiddenDown: 0 });
  }
  if (!counted) return graph;
  const { completeness } = graph;
  const hidden = completeness.hidden - counted;
  const isAll = hidden === 0 && completeness.reason === 'NODES';
  const reason = isAll ? (completeness.forbidden ? 'PERMISSION' : null) : completeness.reason;
  return { ...graph, nodes, completeness: { ...completeness, hidden, reason, isComplete: reason === null } };
}

function reach(graph: Graph, ends: (edge: GraphEdge) => [string, string]): Set<string> {
  const next = new Map<string, string[]>();
  for (const edge of graph.edges) {
    const [from, to] = ends(edge);
    const known = next.get(from);
    if (known) known.push(to);
    else next.set(from, [to]);
  }
  const found = new Set([graph.focus]);
  for (const id of found) for (const one of next.get(id) ?? []) found.add(one);
  return found;
}

function only(graph: Graph, isKept: (id: string) => boolean): Graph {
  const keep = (members: readonly string[]) => members.filter(isKept);
  const cut = new Map<string, { up: number; down: number }>();
  const count = (id: string) => {
    const known = cut.get(id) ?? { up: 0, down: 0 };
    cut.set(id, known);
    return known;
  };
  const edges: GraphEdge[] = [];
  for (const edge of graph.edges) {
    const hasSource = isKept(edge.source);
    const hasTarget = isKept(edge.target);
    if (hasSource && hasTarget) edges.push(edge);
    else if (hasTarget) count(edge.target).up += 1;
    else if (hasSource) count(edge.source).down += 1;
  }
  const nodes = new Map<string, GraphNode>();
  let hidden = 0;
  for (const [id, node] of graph.nodes) {
    if (!isKept(id)) {
      hidden -= node.hiddenUp + node.hiddenDown;
      continue;
    }
    const more = cut.get(id);
    hidden += (more?.up ?? 0) + (more?.down ?? 0);
    nodes.set(
      id,
      more ? { ...node, hiddenUp: node.hiddenUp + more.up, hiddenDown: node.hiddenDown + more.down } : node,
    );
  }
  return {
    ...graph,
    nodes,
    edges,
    clusters: graph.clusters
      .map((one) => ({ ...one, members: keep(one.members) }))
      .filter((one) => one.members.length > 1),
    hubs: graph.hubs.filter((one) => isKept(one.node)).map((one) => ({ ...one, members: keep(one.members) })),
    completeness: { ...graph.completeness, hidden: graph.completeness.hidden + hidden },
  };
}

/** The graph with the edges of a path between nodes that it has; what was hidden of them no longer is. */
export function withEdges(graph: Graph, added: readonly GraphEdge[]): Graph {
  const known = new Set(graph.edges.map(keyOf));
  const fresh = added.filter(
    (edge) => !known.has(keyOf(edge)) && graph.nodes.has(edge.source) && graph.nodes.has(edge.target),
  );
  if (!fresh.length) return graph;
  const nodes = new Map(graph.nodes);
  for (const { source, target } of fresh) {
    const from = nodes.get(source);
    if (from) nodes.set(source, { ...from, hiddenDown: Math.max(0, from.hiddenDown - 1) });
    const to = nodes.get(target);
    if (to) nodes.set(target, { ...to, hiddenUp: Math.max(0, to.hiddenUp - 1) });
  }
  return { ...graph, nodes, edges: [...graph.edges, ...fresh] };
}

function keyOf(edge: GraphEdge): string {
  return `${edge.kind}:${edge.source}:${edge.target}`;
}
