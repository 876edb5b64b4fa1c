// What the layout is given and gives. Plain data, so that it can go to a worker and back.
import type { EdgeKind, Graph } from './model.ts';

export const NODE_WIDTH = 190;
export const NODE_HEIGHT = 46;
export const COLUMN_GAP = 110;
export const ROW_GAP = 14;
/** Between a version and the registry versions that stand for it. */
export const DOCK_GAP = 4;
/** What `mostRows` is at first. */
export const MOST_ROWS = 40;

/** `more` stands for the rows of a column beyond the limit. */
export type BoxRole = 'node' | 'cluster' | 'hub' | 'more';

export interface Box {
  /** Of a node, a cluster or a hub in the graph, or `more:<column>`. */
  id: string;
  role: BoxRole;
  /** Ids of the nodes that it stands for; each node is in one box. A hub may stand for more than are in the graph. */
  members: readonly string[];
  column: number;
  x: number;
  y: number;
  width: number;
  height: number;
  /** The box right above, which this registry version stands for. */
  dockedTo: string | null;
}

/** One line between two boxes, for all the edges between their members. */
export interface Route {
  source: string;
  target: string;
  /** x, y pairs. A horizontal cubic curve joins each to the next; a back route is straight with right angles. */
  points: readonly number[];
  /** How many edges it stands for. */
  count: number;
  kind: EdgeKind;
  /** All its edges gave content that was there before. */
  isReused: boolean;
  /** It closes a cycle: it goes back, over the top. */
  isBack: boolean;
}

export interface LayoutColumn {
  /** 0 is the focus's; negative ones are upstream. */
  index: number;
  x: number;
  width: number;
  /** Nodes in it, also those inside of clusters and beyond the limit of rows. */
  runs: number;
  versions: number;
  /** Nodes beyond the limit of rows, in its `more` box. */
  hiddenRows: number;
}

export interface Layout {
  boxes: readonly Box[];
  routes: readonly Route[];
  columns: readonly LayoutColumn[];
  /** The corner of all that is drawn; the focus's column begins at x = 0. */
  left: number;
  top: number;
  width: number;
  height: number;
  milliseconds: number;
}

/** Where a box was drawn before: it stays there, unless a new node must stand between it and what it came from. */
export interface Pin {
  column: number;
  y: number;
}

export interface LayoutInput {
  graph: Graph;
  /** Ids of clusters whose members are drawn one by one, and of `more` boxes that show all their rows. */
  open: ReadonlySet<string>;
  /** Ids of nodes that no cluster or hub swallows: selected, on the path, extracted. */
  alone: ReadonlySet<string>;
  /** Boxes that were drawn before, by id; those drawn last come last. Empty lays out afresh. */
  pinned: ReadonlyMap<string, Pin>;
  /** Rows that a column shows before the rest goes into its `more` box; "draw all" sets it to Infinity. */
  mostRows: number;
}
