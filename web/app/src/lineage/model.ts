// The lineage that an explorer shows: nodes and edges by id, put together of one or several answers.
import type { Kind, RunState } from '../ui/state.tsx';

/** The worst recall that reaches a node, by itself or from upstream; UNKNOWN: that can't be told. */
export type Recall = 'WARNING' | 'CRITICAL' | 'UNKNOWN';
export type Side = 'UPSTREAM' | 'DOWNSTREAM';
export type EdgeKind = 'CONSUMED' | 'PRODUCED' | 'LINKED_TO';
export type Reason = 'DEPTH' | 'NODES' | 'TIME' | 'PERMISSION';

export interface GraphNode {
  id: string;
  kind: Kind;
  /** The type of a version, the job type of a run; null when unsaid. */
  type: string | null;
  /** What it is called; of versions with the number: `mnist:v3`. */
  name: string;
  /** As the SDK takes it: `acme/digits/mnist:v3`, of runs `acme/digits/<key>`. */
  path: string;
  url: string;
  /** Of runs only. */
  state: RunState | null;
  aliases: readonly string[];
  protectedAliases: readonly string[];
  recall: Recall | null;
  /** Whether it was itself recalled, and not only something that it came from. */
  isRecalled: boolean;
  isDeleted: boolean;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Edges between it and the focus, as the service counted them. */
  distance: number;
  /** All its neighbours on a side that the viewer may see, drawn or not; exact. */
  inputs: number;
  outputs: number;
  /** How many of these are not in the graph: they can be expanded. */
  hiddenUp: number;
  hiddenDown: number;
  /** How many more there are that the viewer may not see. */
  forbiddenUp: number;
  forbiddenDown: number;
}

export interface GraphEdge {
  source: string;
  target: string;
  kind: EdgeKind;
  /** Of what a run produced: the same content was there before. */
  isReused: boolean;
  /** Milliseconds since 1970: when the server learned of it. */
  at: number;
}

/** Five or more similar nodes that are drawn as one box, until it is opened. */
export interface GraphCluster {
  id: string;
  kind: Kind;
  type: string | null;
  members: readonly string[];
  /** Of runs: how many are in which state. */
  states: Partial<Record<RunState, number>>;
  recall: Recall | null;
  /** `mnist:v3–v41` when all lie in one collection, else their type or job type, else empty. */
  label: string;
}

/** A node with more than 200 neighbours on one side: they are counted and listed, not drawn one by one. */
export interface GraphHub {
  /** Made of `node` and `side`. */
  id: string;
  node: string;
  side: Side;
  /** All of them that the viewer may see; exact. */
  count: number;
  forbidden: number;
  /** Those in the graph that nothing else joins to it. */
  members: readonly string[];
}

/** What is left out, and why. */
export interface Completeness {
  isComplete: boolean;
  /** Of all answers the one that the reader can do something about: TIME, NODES, DEPTH, PERMISSION. */
  reason: Reason | null;
  /** Neighbours of drawn nodes that the viewer may not see. */
  forbidden: number;
  /** Neighbours of drawn nodes that can be expanded. */
  hidden: number;
}

export interface Graph {
  /** Nearest to the focus first. */
  nodes: ReadonlyMap<string, GraphNode>;
  edges: readonly GraphEdge[];
  clusters: readonly GraphCluster[];
  hubs: readonly GraphHub[];
  focus: string;
  completeness: Completeness;
  /** Of nodes with very many neighbours only the total is known yet, and not how many the viewer may see. */
  isTotal?: boolean;
}
