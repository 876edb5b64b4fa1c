import { useT } from '../lib/messages.tsx';
import { Empty } from '../ui/notices.tsx';
import type { Explorer } from './use-explorer.ts';

/** Beside a node that nothing joins yet: the lines that make a lineage. */
export function LoneNode({ explorer }: { explorer: Explorer }) {
  const t = useT();
  const { graph, state } = explorer;
  const node = graph?.nodes.get(graph.focus);
  if (!node) return null;
  const isFiltered = state.types.length + state.jobTypes.length + state.aliases.length > 0 || state.from || state.to;
  if (isFiltered) return <p role="note">{t('lineage.filteredAway')}</p>;
  const address = JSON.stringify(window.location.origin);
  const [entity = '', project = ''] = node.path.split('/');
  const place = `entity=${JSON.stringify(entity)}, project=${JSON.stringify(project)}`;
  const lines =
    node.kind === 'RUN'
      ? ['run.use_artifact("dataset:latest")', 'run.log_artifact("model.bin", name="model", type="model")']
      : [
          `run = headwater.init(${place})`,
          `artifact = run.use_artifact(${JSON.stringify(node.path)})`,
          'path = artifact.download()',
        ];
  const code = [`# HEADWATER_BASE_URL=${address}`, 'import headwater', ...lines].join('\n');
  return (
    <Empty title={t(node.kind === 'RUN' ? 'lineage.aloneRun' : 'lineage.aloneVersion')} code={code}>
      {t('lineage.aloneHint')}
    </Empty>
  );
}
