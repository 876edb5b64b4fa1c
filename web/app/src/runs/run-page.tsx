import { Suspense, useMemo } from 'react';
import { RunPageDocument, type RunPageQuery } from '../generated/runs/run.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { usePolling } from '../lib/polling.ts';
import { type Route, runHref } from '../lib/routes.ts';
import { AwaitedPage } from '../shell/awaited-page.tsx';
import { MissingPage } from '../shell/not-found.tsx';
import { Page } from '../shell/page.tsx';
import { lazyPart } from '../ui/lazy-part.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import type { ChartedRun } from './charts/use-series.ts';
import { OverviewTab } from './overview-tab.tsx';
import { RunActions } from './run-actions.tsx';
import { RunAnswer, RunMarks } from './run-header.tsx';
import { RunNotices } from './run-notices.tsx';

const ChartsTab = lazyPart(() => import('./charts/charts-tab.tsx'));
const SystemTab = lazyPart(() => import('./charts/system-tab.tsx'));
const ArtifactsTab = lazyPart(() => import('./artifacts-tab.tsx'));
const MediaTab = lazyPart(() => import('./media/media-tab.tsx'));
const FilesTab = lazyPart(() => import('./files-tab.tsx'));
const LineageExplorer = lazyPart(() =>
  import('../lineage/explorer.tsx').then((all) => ({ default: all.LineageExplorer })),
);
const LogTab = lazyPart(() => import('./log/log-tab.tsx'));

export type ShownRun = NonNullable<RunPageQuery['run']>;

const EVERY_MS = 5000;

export default function RunPage({ route }: { route: Extract<Route, { page: 'run' }> }) {
  const t = useT();
  const path = `${route.entity}/${route.container}/${route.run}`;
  const { data, error, reload } = useData(RunPageDocument, { path }, { isMain: true });
  const run = data?.run;
  const isRunning = run?.state === 'RUNNING' && !run.ending;
  usePolling(reload, isRunning ? EVERY_MS : null);
  if (!data) return <AwaitedPage title={route.run} error={error} onRetry={reload} />;
  if (!run) return <MissingPage name={route.run} what="runs.missing" />;
  const tab = (id: string, label: string, count?: number) => ({
    id,
    label,
    href: runHref(path, id),
    ...(count !== undefined && { note: String(count) }),
  });
  const tabs = [
    tab('', t('runs.overview')),
    tab('charts', t('runs.charts')),
    { ...tab('artifacts', t('runs.artifacts')), note: `${run.inputs.totalCount} → ${run.outputs.totalCount}` },
    tab('media', t('runs.media')),
    tab('files', t('runs.files'), run.files.totalCount),
    tab('log', t('runs.log')),
    tab('system', t('runs.system')),
    tab('lineage', t('runs.lineage')),
  ];
  return (
    <Page
      title={run.name}
      marks={<RunMarks run={run} />}
      answer={<RunAnswer run={run} />}
      actions={<RunActions run={run} onChanged={reload} />}
      tabs={tabs}
      tab={route.tab}
      isFull={route.tab === 'lineage'}
    >
      <RunNotices run={run} onChanged={reload} />
      {error && <Failure error={error} onRetry={reload} />}
      <Suspense fallback={<Loading />}>
        <RunTab tab={route.tab} run={run} isRunning={isRunning} />
      </Suspense>
    </Page>
  );
}

interface RunTabProps {
  tab: string;
  run: ShownRun;
  isRunning: boolean;
}

function RunTab({ tab, run, isRunning }: RunTabProps) {
  const { path, name } = run;
  const charted = useMemo<ChartedRun>(() => ({ path, label: name, isRunning }), [path, name, isRunning]);
  if (tab === 'charts') return <ChartsTab run={charted} />;
  if (tab === 'artifacts') return <ArtifactsTab path={path} />;
  if (tab === 'media') return <MediaTab run={charted} />;
  if (tab === 'files') return <FilesTab path={path} />;
  if (tab === 'log') return <LogTab run={charted} />;
  if (tab === 'lineage') return <LineageExplorer focusId={run.id} focusPath={path} kind="RUN" isFull />;
  if (tab === 'system') return <SystemTab run={charted} />;
  return <OverviewTab run={run} isRunning={isRunning} />;
}
