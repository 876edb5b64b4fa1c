// The lineage explorer: where a node came from and what came of it, as a graph, as a table, and as what it reaches.
import { useEffect, useState } from 'react';
import { useKeys } from '../lib/keys.ts';
import { Failure, Loading, Missing } from '../ui/notices.tsx';
import type { Kind } from '../ui/state.tsx';
import styles from './explorer.module.css';
import { AnswerLine } from './explorer-answer.tsx';
import { AskAll } from './explorer-ask-all.tsx';
import { LoneNode } from './explorer-empty.tsx';
import { GraphView } from './explorer-graph.tsx';
import { ExplorerNotices } from './explorer-notices.tsx';
import type { ExplorerView } from './explorer-state.ts';
import { ImpactView } from './impact-view.tsx';
import type { Graph } from './model.ts';
import { TableView } from './table-view.tsx';
import { TableTools } from './toolbar.tsx';
import { type Explorer, useExplorer } from './use-explorer.ts';

interface LineageExplorerProps {
  focusId: string;
  focusPath: string;
  /** Whether it fills the height that the page leaves. */
  isFull?: boolean;
  kind?: Kind;
}

const NARROW = '(max-width: 719px)';

export function LineageExplorer({ focusId, focusPath, isFull = false, kind }: LineageExplorerProps) {
  const guess = kind ?? (/:[^/]*$/.test(focusPath) ? 'ARTIFACT_VERSION' : 'RUN');
  return <ExplorerOf key={focusId} focusId={focusId} isFull={isFull} kind={guess} />;
}

function ExplorerOf({ focusId, isFull, kind }: Required<Omit<LineageExplorerProps, 'focusPath'>>) {
  const explorer = useExplorer(focusId, kind);
  const { lineage, state, graph, scene } = explorer;
  const isNarrow = useNarrow();
  const view: ExplorerView = state.view ?? (isNarrow ? 'table' : 'graph');
  if (lineage.isMissing) return <Missing what="lineage.missing" />;
  if (!graph) {
    if (lineage.error) return <Failure error={lineage.error} onRetry={lineage.retry} />;
    return lineage.isCancelled ? <ExplorerNotices explorer={explorer} /> : <Loading />;
  }
  return (
    <section className={`${styles.explorer} ${isFull ? styles.full : ''}`} data-lineage={view}>
      <AnswerLine explorer={explorer} view={view} />
      <ExplorerNotices explorer={explorer} />
      {view === 'impact' && <Impact explorer={explorer} graph={graph} />}
      {view === 'table' && <TableTwin explorer={explorer} graph={graph} />}
      {view === 'graph' && scene && <GraphView explorer={explorer} />}
      {graph.nodes.size === 1 && graph.completeness.isComplete && view !== 'impact' && <LoneNode explorer={explorer} />}
      <AskAll explorer={explorer} />
    </section>
  );
}

/** All that the focus reaches, as a list. */
function Impact({ explorer, graph }: { explorer: Explorer; graph: Graph }) {
  const { focusId, change } = explorer;
  useKeys({ t: () => change({ view: 'table' }), i: () => change({ view: 'graph' }) });
  return (
    <ImpactView
      focusId={focusId}
      focusName={graph.nodes.get(focusId)?.name ?? ''}
      onPath={(id) => change({ path: [focusId, id], view: 'graph' })}
    />
  );
}

/** The same graph as a table, with the keys that mean something there too. */
function TableTwin({ explorer, graph }: { explorer: Explorer; graph: Graph }) {
  const { change, expand } = explorer;
  useKeys({ t: () => change({ view: 'graph' }), i: () => change({ view: 'impact' }) });
  const onRowKey = (key: string, id: string) => {
    if (key === 'u') explorer.fold(id);
    else if (key === 'h' && id !== explorer.focusId) explorer.hide(id);
    else if (key === 'p') explorer.markPathEnd(id);
  };
  return (
    <>
      <TableTools explorer={explorer} />
      <TableView graph={graph} onExpand={expand} onRowKey={onRowKey} />
    </>
  );
}

function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => window.matchMedia(NARROW).matches);
  useEffect(() => {
    const media = window.matchMedia(NARROW);
    const changed = () => setNarrow(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  return isNarrow;
}
