import type { RefObject } from 'react';
import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { Checkbox } from '../ui/field.tsx';
import type { GraphHandle } from './canvas/graph-canvas.tsx';
import { ExportMenu } from './export-menu.tsx';
import { besideLine } from './graph-edits.ts';
import styles from './toolbar.module.css';
import { Filters } from './toolbar-filters.tsx';
import { Find, type Search } from './toolbar-find.tsx';
import { StepsField } from './toolbar-steps.tsx';
import type { Explorer } from './use-explorer.ts';

interface ToolbarProps {
  explorer: Explorer;
  canvas: RefObject<GraphHandle | null>;
  search: Search;
}

/** How far the graph goes, what of it is shown, and how one looks at it. */
export function Toolbar({ explorer, canvas, search }: ToolbarProps) {
  const t = useT();
  const { state, change, graph, laid, scene } = explorer;
  const changes = state.moves.length + state.open.length + state.alone.length;
  const hasMore = state.isDirect || (graph !== null && state.moves.length > 0 && besideLine(graph) > 0);
  return (
    <div role="toolbar" aria-label={t('lineage.toolbar')} className={styles.toolbar}>
      <StepsField explorer={explorer} way="up" />
      <StepsField explorer={explorer} way="down" />
      <Filters explorer={explorer} />
      {hasMore && (
        <Checkbox isSelected={state.isDirect} onChange={(isDirect) => change({ isDirect })}>
          {t('lineage.directOnly')}
        </Checkbox>
      )}
      {changes > 0 && (
        <Button onPress={() => change({ moves: [], open: [], alone: [] })}>
          {t('lineage.reset', { count: changes })}
        </Button>
      )}
      <Find {...search} />
      <span className={styles.group}>
        <Button look="quiet" aria-label={t('lineage.zoomOut')} onPress={() => canvas.current?.zoomBy(0.8)}>
          −
        </Button>
        <Button look="quiet" aria-label={t('lineage.zoomIn')} onPress={() => canvas.current?.zoomBy(1.25)}>
          +
        </Button>
        <Button look="quiet" onPress={() => canvas.current?.actualSize()}>
          100 %
        </Button>
        <Button look="quiet" onPress={() => canvas.current?.fit()}>
          {t('lineage.fit')}
        </Button>
      </span>
      <span className={styles.group}>
        {laid && scene && <ExportMenu graph={laid.graph} scene={scene} />}
        <CopyButton text={window.location.href} label={t('lineage.copyLink')} />
      </span>
    </div>
  );
}

/** What of the toolbar a table has. */
export function TableTools({ explorer }: { explorer: Explorer }) {
  const t = useT();
  return (
    <div role="toolbar" aria-label={t('lineage.toolbar')} className={styles.toolbar}>
      <StepsField explorer={explorer} way="up" />
      <StepsField explorer={explorer} way="down" />
      <Filters explorer={explorer} />
    </div>
  );
}
