// A path between two nodes: asked for, and its nodes brought into the graph where it lacks them.
import { useEffect, useMemo, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import {
  LineageDocument,
  LineagePathBetweenDocument,
  type LineagePathBetweenQuery,
} from '../generated/lineage/queries.ts';
import { useData } from '../lib/page-query.tsx';
import { merge } from './answer.ts';
import { withEdges } from './graph-edits.ts';
import type { Graph, GraphEdge } from './model.ts';
import { compactOf } from './use-moves.ts';

type PathNode = Extract<NonNullable<LineagePathBetweenQuery['node']>, { __typename: 'Run' }>;
export type Paths = NonNullable<PathNode['pathTo']>;

export interface ShownPath {
  /** Null: not asked, or not answered yet. */
  paths: Paths | null;
  /** The ids of the path that is shown, in the order of the steps. */
  steps: readonly string[];
  isLoading: boolean;
  /** There is no such node, or the viewer may not see it. */
  isMissing: boolean;
  error: CombinedError | undefined;
  shown: number;
  /** Shows another of the shortest paths. */
  show: (index: number) => void;
}

const NO_STEPS: readonly string[] = [];

export function usePath(ends: readonly [string, string] | null): ShownPath {
  const [id = '', to = ''] = ends ?? [];
  const [choice, setChoice] = useState({ ends: '', index: 0 });
  const { data, error, isLoading } = useData(LineagePathBetweenDocument, { id, to }, { isPaused: !ends });
  const answer = ends && data?.node?.id === id && 'pathTo' in data.node ? data.node.pathTo : null;
  const key = `${id}~${to}`;
  const shown = choice.ends === key ? choice.index : 0;
  const path = answer?.paths[shown];
  const steps = useMemo(() => path?.nodes.map((node) => node.id) ?? NO_STEPS, [path]);
  return {
    paths: answer,
    steps,
    isLoading: ends !== null && isLoading,
    isMissing: ends !== null && !isLoading && !error && answer === null,
    error: ends ? error : undefined,
    shown,
    show: (index) => setChoice({ ends: key, index }),
  };
}

/** The graph with the nodes and edges of the path in it; those that it lacks are asked for one by one. */
export function useGraphWithPath(graph: Graph | null, { paths, shown }: ShownPath): Graph | null {
  const client = useClient();
  const [cards, setCards] = useState<ReadonlyMap<string, unknown>>(new Map());
  const path = paths?.paths[shown];
  useEffect(() => {
    if (!graph || !path) return;
    let isStale = false;
    for (const { id } of path.nodes) {
      if (graph.nodes.has(id) || cards.has(id)) continue;
      const variables = { id, direction: 'BOTH', depth: 0, limit: 1 } as const;
      void client
        .query(LineageDocument, variables)
        .toPromise()
        .then(({ data }) => {
          const card = compactOf(data?.node);
          if (!isStale && card !== undefined) setCards((before) => new Map(before).set(id, card));
        });
    }
    return () => {
      isStale = true;
    };
  }, [client, graph, path, cards]);
  return useMemo(() => {
    if (!graph || !path) return graph;
    const missing = path.nodes.flatMap(({ id }) => (graph.nodes.has(id) || !cards.has(id) ? [] : [cards.get(id)]));
    const whole = missing.reduce<Graph>((so, card) => merge(so, card), graph);
    return withEdges(whole, path.edges.map(edgeOf));
  }, [graph, path, cards]);
}

function edgeOf(edge: Paths['paths'][number]['edges'][number]): GraphEdge {
  const { source, target, kind } = edge;
  return { source, target, kind, isReused: edge.isReused === true, at: Date.parse(edge.at) };
}
