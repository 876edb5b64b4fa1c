// Keeps what is drawn in place while the server has news: they are taken at once where no card comes or goes, and offered
// to the reader where one does.
import { useReducer, useRef } from 'react';
import type { Graph } from './model.ts';

interface Steady {
  graph: Graph | null;
  /** Whether all that was asked for this has come. */
  isSettled: boolean;
  /** There is another graph, which would move things under the hand of the reader. */
  hasChanged: boolean;
  /** Take the other graph. */
  accept: () => void;
}

interface Held {
  key: string;
  graph: Graph | null;
  shape: string;
  isSettled: boolean;
}

/** The newest graph, but another than the settled one of the same question only if it looks the same. */
export function useSteady(newest: Graph | null, { key, isLoading }: { key: string; isLoading: boolean }): Steady {
  const held = useRef<Held>({ key: '', graph: null, shape: '', isSettled: false });
  const shapeOf = useRef(new WeakMap<Graph, string>());
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const before = held.current;
  const isOther = before.key !== key;
  const shape = newest ? shapeFor(newest, shapeOf.current) : '';
  const isFree = isOther || !before.isSettled || before.graph?.isTotal === true;
  const hasChanged = newest !== null && !isFree && shape !== before.shape;
  if (!hasChanged) {
    // Until the next answer is there, and when it fails, the last good graph stays.
    const graph = newest ?? before.graph;
    const isSettled = (!isOther && before.isSettled) || (newest !== null && !isLoading);
    held.current = { key, graph, shape: newest ? shape : before.shape, isSettled };
  }
  return {
    graph: held.current.graph,
    isSettled: held.current.isSettled,
    hasChanged,
    accept: () => {
      held.current = { ...held.current, isSettled: false };
      redraw();
    },
  };
}

function shapeFor(graph: Graph, known: WeakMap<Graph, string>): string {
  const shape = known.get(graph) ?? shapeOfGraph(graph);
  known.set(graph, shape);
  return shape;
}

/** Which cards there are: nodes and groups with their members, but not what they say, nor the lines between them. */
function shapeOfGraph(graph: Graph): string {
  const counted = new Set(graph.hubs.flatMap((hub) => hub.members));
  const nodes = [...graph.nodes.keys()].filter((id) => !counted.has(id)).sort();
  const clusters = graph.clusters.map((one) => `${one.id}:${[...one.members].sort().join(',')}`).sort();
  return [nodes, clusters, graph.hubs.map((hub) => hub.id).sort()].map((part) => part.join(' ')).join('|');
}
