// What the explorer shows, and what the reader can do to it: one object for its toolbar, canvas, panel and table.
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { useT } from '../lib/messages.tsx';
import { useParams } from '../lib/search-params.ts';
import type { Kind } from '../ui/state.tsx';
import type { Scene } from './canvas/scene.ts';
import { sceneOf } from './explorer-scene.ts';
import {
  type ExplorerState,
  readState,
  type Steps,
  stepsOf,
  UNASKED_NODES,
  withMove,
  writeState,
} from './explorer-state.ts';
import { MOST_ROWS } from './layout-types.ts';
import type { Graph } from './model.ts';
import { type Laid, useLayout } from './use-layout.ts';
import { type ShownLineage, useLineage } from './use-lineage.ts';
import { type ShownPath, useGraphWithPath, usePath } from './use-path.ts';

export type Way = 'up' | 'down';

export interface Explorer {
  focusId: string;
  kind: Kind;
  state: ExplorerState;
  steps: { up: Steps; down: Steps };
  lineage: ShownLineage;
  /** The graph that is drawn, its layout and what that looks like; null before the first. */
  graph: Graph | null;
  laid: Laid | null;
  scene: Scene | null;
  path: ShownPath;
  /** The node that a path shall begin at, until its end is chosen. */
  pathStart: string | null;
  /** Everything that is to be shown to the end, and has to be counted first. */
  asking: { id: string; way: Way } | null;
  /** The box that keeps its place when the graph changes. */
  anchor: string | null;
  change: (part: Partial<ExplorerState>, options?: { replace?: boolean }) => void;
  select: (id: string | null) => void;
  expand: (id: string, way: Way) => void;
  askAll: (id: string, way: Way) => void;
  stopAsking: () => void;
  drawAll: (count: number) => void;
  fold: (id: string) => void;
  hide: (id: string) => void;
  drawMembers: (groupId: string) => void;
  extract: (id: string) => void;
  putBack: (id: string) => void;
  markPathEnd: (id: string) => void;
  clearPath: () => void;
  tidy: () => void;
}

const NOTHING: readonly string[] = [];

export function useExplorer(focusId: string, guess: Kind): Explorer {
  const t = useT();
  const [params, setParams] = useParams();
  const state = useStable(useMemo(() => readState(params), [params]));
  const [kind, setKind] = useState(guess);
  const lineage = useLineage(focusId, kind, state);
  const known = lineage.graph?.focus === focusId ? lineage.graph.nodes.get(focusId)?.kind : undefined;
  if (known && known !== kind) setKind(known);

  const path = usePath(state.path);
  const graph = useGraphWithPath(lineage.graph, path);
  const alone = useMemo(
    () => [...state.alone, ...(state.path ? path.steps : NOTHING)],
    [state.alone, state.path, path.steps],
  );
  const [laid, tidy] = useLayout(graph, {
    open: state.open,
    alone,
    mostRows: state.isLarge ? Number.POSITIVE_INFINITY : MOST_ROWS,
  });
  const scene = useMemo(() => (laid ? sceneOf(laid.graph, laid.layout, t) : null), [laid, t]);

  const [pathStart, setPathStart] = useState<string | null>(null);
  const [asking, ask] = useState<Explorer['asking']>(null);
  const [anchor, setAnchor] = useState<string | null>(null);
  const change = useCallback<Explorer['change']>((part, options) => setParams(writeState(part), options), [setParams]);
  const { moves, open, alone: extracted } = state;
  const actions = useMemo(() => {
    const move = (id: string, kindOf: Parameters<typeof withMove>[1]['kind']) => {
      setAnchor(id);
      change({ moves: withMove(moves, { id, kind: kindOf }) });
    };
    return {
      select: (id: string | null) => change({ selected: id }, { replace: true }),
      expand: (id: string, way: Way) => move(id, way),
      fold: (id: string) => move(id, 'fold'),
      hide: (id: string) => {
        change({ moves: withMove(moves, { id, kind: 'hide' }), selected: null });
      },
      drawMembers: (groupId: string) => {
        setAnchor(groupId);
        change({ open: [...open.filter((one) => one !== groupId), groupId], selected: null });
      },
      extract: (id: string) => change({ alone: [...extracted.filter((one) => one !== id), id], selected: id }),
      putBack: (id: string) => change({ alone: extracted.filter((one) => one !== id), selected: null }),
    };
  }, [change, moves, open, extracted]);

  return {
    focusId,
    kind,
    state,
    steps: stepsOf(state, kind),
    lineage,
    graph,
    laid,
    scene: useDeferredValue(scene),
    path,
    pathStart,
    asking,
    anchor: anchor ?? state.selected,
    change,
    ...actions,
    askAll: (id, way) => ask({ id, way }),
    stopAsking: () => ask(null),
    drawAll: (count) => {
      if (!asking) return;
      const isLarge = state.isLarge || count > UNASKED_NODES;
      const { id, way } = asking;
      ask(null);
      setAnchor(id);
      if (id === focusId) change({ [way]: 'all', isLarge });
      else change({ moves: withMove(moves, { id, kind: way === 'up' ? 'allUp' : 'allDown' }), isLarge });
    },
    markPathEnd: (id) => {
      if (pathStart && pathStart !== id) change({ path: [pathStart, id] });
      setPathStart(pathStart ? null : id);
    },
    clearPath: () => {
      setPathStart(null);
      if (state.path) change({ path: null });
    },
    tidy,
  };
}

/** The state with parts that are the same object for as long as they say the same. */
function useStable(state: ExplorerState): ExplorerState {
  const { camera, selected, view, ...asked } = state;
  const key = JSON.stringify(asked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text of the state decides whether it is another one.
  const kept = useMemo(() => asked, [key]);
  return useMemo(() => ({ ...kept, camera, selected, view }), [kept, camera, selected, view]);
}
