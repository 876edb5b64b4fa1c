import type { KeyboardEvent, Ref } from 'react';
import { useT } from '../lib/messages.tsx';
import styles from './explorer.module.css';
import { ClusterPanel, MorePanel } from './panel-group.tsx';
import { HubPanel } from './panel-hub.tsx';
import { Legend } from './panel-legend.tsx';
import { NodePanel } from './panel-node.tsx';
import { PathPanel } from './panel-path.tsx';
import type { Explorer } from './use-explorer.ts';

interface PanelProps {
  explorer: Explorer;
  /** Escape goes back to the graph. */
  onLeave: () => void;
  ref: Ref<HTMLElement>;
}

/** Everything about what is selected; the focus, while nothing is. */
export function Panel({ explorer, onLeave, ref }: PanelProps) {
  const t = useT();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onLeave();
  };
  return (
    <aside ref={ref} className={styles.panel} aria-label={t('lineage.panel')} tabIndex={-1} onKeyDown={onKeyDown}>
      {explorer.state.path && explorer.path.steps.length > 0 && <PathPanel explorer={explorer} />}
      <Selected explorer={explorer} />
      <Legend />
    </aside>
  );
}

function Selected({ explorer }: { explorer: Explorer }) {
  const { laid, state } = explorer;
  if (!laid) return null;
  const { graph, layout } = laid;
  const id = state.selected ?? graph.focus;
  const node = graph.nodes.get(id);
  if (node) return <NodePanel key={id} explorer={explorer} node={node} />;
  const cluster = graph.clusters.find((one) => one.id === id);
  if (cluster) return <ClusterPanel key={id} explorer={explorer} cluster={cluster} />;
  const hub = graph.hubs.find((one) => one.id === id);
  if (hub) return <HubPanel key={id} explorer={explorer} hub={hub} />;
  const more = layout.boxes.find((box) => box.id === id);
  if (more) return <MorePanel key={id} explorer={explorer} box={more} />;
  const focus = graph.nodes.get(graph.focus);
  return focus ? <NodePanel explorer={explorer} node={focus} /> : null;
}
