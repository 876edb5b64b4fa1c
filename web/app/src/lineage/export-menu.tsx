import { useState } from 'react';
import { type MessageKey, useT } from '../lib/messages.tsx';
import { Menu } from '../ui/menu.tsx';
import type { Scene } from './canvas/scene.ts';
import { exportGraph, type Format } from './exports.ts';
import type { Graph } from './model.ts';

const LABELS: Record<Format, MessageKey> = {
  svg: 'lineage.export.svg',
  png: 'lineage.export.png',
  mermaid: 'lineage.export.mermaid',
  json: 'lineage.export.json',
};

/** Saves what is drawn, all of it, as a file of one's choice. */
export function ExportMenu({ graph, scene }: { graph: Graph; scene: Scene }) {
  const t = useT();
  const [failure, setFailure] = useState('');
  const name = `lineage ${graph.nodes.get(graph.focus)?.name ?? ''}`.trim();
  const save = (format: Format) => {
    setFailure('');
    exportGraph(format, graph, scene, name).catch((error: unknown) => setFailure(String(error)));
  };
  const formats = Object.keys(LABELS) as Format[];
  return (
    <>
      <Menu
        look="quiet"
        entries={formats.map((format) => ({ id: format, label: t(LABELS[format]), onAction: () => save(format) }))}
      >
        {t('lineage.export')} ▾
      </Menu>
      {failure && <span role="alert">{t('lineage.exportFailed', { reason: failure })}</span>}
    </>
  );
}
