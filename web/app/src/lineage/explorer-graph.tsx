// The graph of the explorer: the canvas with its toolbar and panel, and its keys.
import { useCallback, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useKeys } from '../lib/keys.ts';
import { useT } from '../lib/messages.tsx';
import { GraphCanvas, type GraphHandle } from './canvas/graph-canvas.tsx';
import styles from './explorer.module.css';
import { findMatches } from './explorer-find.ts';
import { pathOf } from './explorer-places.ts';
import { Panel } from './panel.tsx';
import { Toolbar } from './toolbar.tsx';
import type { Explorer } from './use-explorer.ts';

/** The canvas with its toolbar and panel. */
export function GraphView({ explorer }: { explorer: Explorer }) {
  const t = useT();
  const [, navigate] = useLocation();
  const canvas = useRef<GraphHandle>(null);
  const panel = useRef<HTMLElement>(null);
  const [search, setSearch] = useState('');
  const { scene, laid, state, lineage, path, change, select, anchor } = explorer;
  const matches = useMemo(() => (laid && search ? findMatches(laid, search) : []), [laid, search]);
  const matchSet = useMemo(() => new Set(matches), [matches]);
  const steps = useMemo(() => {
    const boxes = new Map(laid?.layout.boxes.flatMap((box) => box.members.map((id) => [id, box.id] as const)));
    return new Map(
      path.steps.flatMap((id, index) => (boxes.has(id) ? [[boxes.get(id) ?? id, index + 1] as const] : [])),
    );
  }, [laid, path.steps]);

  const step = useCallback(
    (by: number) => {
      if (!matches.length) return;
      const at = matches.indexOf(state.selected ?? '');
      const next = matches[(at < 0 ? (by > 0 ? 0 : matches.length - 1) : at + by + matches.length) % matches.length];
      if (next === undefined) return;
      select(next);
      canvas.current?.reveal(next);
    },
    [matches, state.selected, select],
  );
  const visit = (id: string) => {
    const node = laid?.graph.nodes.get(id);
    if (node) navigate(pathOf(node));
  };
  const activate = (id: string, by: 'pointer' | 'key') => {
    if (by === 'key') panel.current?.focus();
    else if (laid?.graph.nodes.has(id)) visit(id);
    else if (!id.startsWith('hub:')) explorer.drawMembers(id);
  };
  useGraphKeys(explorer, { canvas, step, visit });
  if (!scene) return null;
  return (
    <>
      <Toolbar
        explorer={explorer}
        canvas={canvas}
        search={{
          text: search,
          change: setSearch,
          count: matches.length,
          at: matches.indexOf(state.selected ?? ''),
          step,
        }}
      />
      <div className={styles.body} aria-busy={lineage.isLoading}>
        {lineage.isLoading && <div className={styles.progress} role="progressbar" aria-label={t('ui.loading')} />}
        <GraphCanvas
          scene={scene}
          label={t('lineage.graphOf', { count: scene.cards.length })}
          marks={{ selected: state.selected, matches: matchSet, steps }}
          anchor={anchor}
          camera={state.camera}
          onCamera={(camera) => change({ camera }, { replace: true })}
          onSelect={select}
          onActivate={activate}
          onExpand={(id, way, isAll) => expandBox(explorer, id, way === 'upstream' ? 'up' : 'down', isAll)}
          handle={canvas}
        />
        <Panel ref={panel} explorer={explorer} onLeave={() => canvas.current?.focus()} />
      </div>
    </>
  );
}

function expandBox(explorer: Explorer, id: string, way: 'up' | 'down', isAll: boolean): void {
  if (explorer.graph?.nodes.has(id)) {
    if (isAll) explorer.askAll(id, way);
    else explorer.expand(id, way);
  } else if (!id.startsWith('hub:')) explorer.drawMembers(id);
}

interface KeyActions {
  canvas: React.RefObject<GraphHandle | null>;
  step: (by: number) => void;
  visit: (id: string) => void;
}

function useGraphKeys(explorer: Explorer, { canvas, step, visit }: KeyActions): void {
  const { state, change, graph } = explorer;
  const chosen = state.selected && graph?.nodes.has(state.selected) ? state.selected : null;
  const nothing = () => {};
  useKeys({
    // Chords of the frame that end in a letter of ours.
    'g h': nothing,
    'g p': nothing,
    f: () => canvas.current?.fit(),
    'Shift+f': () => explorer.tidy(),
    0: () => canvas.current?.actualSize(),
    '+': () => canvas.current?.zoomBy(1.25),
    '=': () => canvas.current?.zoomBy(1.25),
    '-': () => canvas.current?.zoomBy(0.8),
    n: () => step(1),
    'Shift+n': () => step(-1),
    t: () => change({ view: 'table' }),
    i: () => change({ view: 'impact' }),
    o: () => chosen && visit(chosen),
    u: () => chosen && (state.alone.includes(chosen) ? explorer.putBack(chosen) : explorer.fold(chosen)),
    h: () => chosen && chosen !== explorer.focusId && explorer.hide(chosen),
    p: () => chosen && explorer.markPathEnd(chosen),
  });
}
