import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { Failure, Notice } from '../ui/notices.tsx';
import type { Explorer } from './use-explorer.ts';

/** Why the graph does not show everything, what goes on, what failed; each with what can be done about it. */
export function ExplorerNotices({ explorer }: { explorer: Explorer }) {
  const t = useT();
  const { lineage, graph, state, change, path } = explorer;
  return (
    <>
      {lineage.error && <Failure error={lineage.error} onRetry={lineage.retry} />}
      {path.error && <Failure error={path.error} />}
      {lineage.hasChanged && (
        <Notice tone="info">
          <span role="status">{t('lineage.changed')}</span>
          <Button onPress={lineage.showChanges}>{t('lineage.showChanges')}</Button>
        </Notice>
      )}
      {lineage.isCancelled && (
        <Notice tone="info">
          {t('lineage.cancelled')}
          <Button onPress={lineage.retry}>{t('ui.retry')}</Button>
        </Notice>
      )}
      {lineage.isLong && (
        <Notice tone="info">
          {t('lineage.walking')}
          <Button onPress={lineage.cancel}>{t('ui.cancel')}</Button>
        </Notice>
      )}
      {graph?.completeness.reason === 'NODES' && (
        <Notice>
          {t('lineage.limited', { count: graph.nodes.size })}
          {!state.isLarge && <Button onPress={() => change({ isLarge: true })}>{t('lineage.drawMany')}</Button>}
        </Notice>
      )}
      {graph?.completeness.reason === 'TIME' && (
        <Notice>
          {t('lineage.timedOut')}
          <Button onPress={lineage.retry}>{t('ui.retry')}</Button>
        </Notice>
      )}
      {graph && graph.completeness.forbidden > 0 && (
        <Notice>{t('lineage.notVisible', { count: graph.completeness.forbidden })}</Notice>
      )}
      <PathNotices explorer={explorer} />
    </>
  );
}

function PathNotices({ explorer }: { explorer: Explorer }) {
  const t = useT();
  const { pathStart, graph, path, clearPath, state } = explorer;
  const start = pathStart ? graph?.nodes.get(pathStart)?.name : undefined;
  if (start) {
    return (
      <Notice tone="info">
        {t('lineage.pathFrom', { name: start })}
        <Button onPress={clearPath}>{t('ui.cancel')}</Button>
      </Notice>
    );
  }
  const isNone = path.isMissing || path.paths?.direction === null;
  if (!state.path || !isNone) return null;
  const because = path.paths?.reason === 'PERMISSION' ? 'lineage.noPathVisible' : 'lineage.noPath';
  return (
    <Notice>
      {t(path.paths?.reason === 'NODES' ? 'lineage.noPathFound' : because)}
      <Button onPress={clearPath}>{t('ui.close')}</Button>
    </Notice>
  );
}
