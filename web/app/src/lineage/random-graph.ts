// Graphs for tests and measurements: pipelines made of a seed, the same for the same seed.
import type { Graph, GraphEdge, GraphNode } from './model.ts';

const TYPES = ['dataset', 'model', 'report', 'features'];
const JOBS = ['train', 'evaluate', 'preprocess', 'export'];
const STATES = ['FINISHED', 'FAILED', 'RUNNING', 'CRASHED', 'KILLED'] as const;
const DAY_MS = 86_400_000;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Options {
  seed: number;
  /** How many nodes. */
  size: number;
  /** Lines that close a cycle. */
  cycles?: number;
  /** The share of versions that registry versions are linked to. */
  links?: number;
}

/** A lineage of about 1.5 edges a node: each run uses one to three versions, most of them recent ones. */
export function randomGraph({ seed, size, cycles = 0, links = 0 }: Options): Graph {
  const random = randomOf(seed);
  const below = (count: number) => Math.floor(random() * count);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const versions: GraphNode[] = [];
  const window = Math.max(12, Math.floor(size / 10));
  const join = (source: GraphNode, target: GraphNode, kind: GraphEdge['kind']) => {
    if (edges.some((edge) => edge.source === source.id && edge.target === target.id)) return;
    edges.push({ source: source.id, target: target.id, kind, isReused: random() < 0.1, at: nodes.length * DAY_MS });
  };
  const add = (kind: GraphNode['kind'], name: string, type: string | undefined) => {
    const node = newNode(`n${nodes.length}`, kind, name, type ?? null, nodes.length);
    if (kind === 'RUN') node.state = STATES[below(STATES.length)] ?? 'FINISHED';
    nodes.push(node);
    if (kind !== 'RUN') versions.push(node);
    return node;
  };
  for (let start = 0; start < Math.max(2, size / 12); start++) add('ARTIFACT_VERSION', `raw-${start}:v0`, 'dataset');
  while (nodes.length < size) {
    const run = add('RUN', `run-${nodes.length}`, JOBS[below(JOBS.length)]);
    for (let input = 1 + below(3); input > 0; input--) {
      const recent = versions.slice(-window);
      const from = random() < 0.8 ? recent : versions;
      join(from[below(from.length)] as GraphNode, run, 'CONSUMED');
    }
    for (let output = below(3); output > 0 && nodes.length < size; output--) {
      const version = add('ARTIFACT_VERSION', `made-${nodes.length}:v${below(9)}`, TYPES[below(TYPES.length)]);
      join(run, version, 'PRODUCED');
      if (random() < links && nodes.length < size) {
        const name = `registered-${nodes.length}:v${below(9)}`;
        join(version, add('REGISTRY_VERSION', name, version.type ?? undefined), 'LINKED_TO');
      }
    }
  }
  const runs = nodes.filter((node) => node.kind === 'RUN');
  for (let cycle = 0; cycle < cycles; cycle++) {
    join(runs[runs.length - 1 - below(3)] as GraphNode, versions[below(5)] as GraphNode, 'PRODUCED');
  }
  return graphOf(nodes, edges, nodes[Math.floor(size / 2)]?.id as string);
}

export function graphOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[], focus: string): Graph {
  return {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    edges,
    clusters: [],
    hubs: [],
    focus,
    completeness: { isComplete: true, reason: null, forbidden: 0, hidden: 0 },
  };
}

export function newNode(id: string, kind: GraphNode['kind'], name: string, type: string | null, day = 0): GraphNode {
  return {
    id,
    kind,
    type,
    name,
    path: `acme/digits/${name}`,
    url: `https://example.test/acme/digits/${name}`,
    state: null,
    aliases: [],
    protectedAliases: [],
    recall: null,
    isRecalled: false,
    isDeleted: false,
    createdAt: day * DAY_MS,
    distance: day,
    inputs: 0,
    outputs: 0,
    hiddenUp: 0,
    hiddenDown: 0,
    forbiddenUp: 0,
    forbiddenDown: 0,
  };
}
