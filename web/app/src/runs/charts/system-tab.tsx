import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { SystemSamplesDocument } from '../../generated/runs/charts/history.ts';
import { useT } from '../../lib/messages.tsx';
import { usePolling } from '../../lib/polling.ts';
import { useParams } from '../../lib/search-params.ts';
import { Empty, Failure, Loading } from '../../ui/notices.tsx';
import styles from './chart.module.css';
import { Chart } from './chart.tsx';
import { ChartBar, chartStateOf } from './chart-bar.tsx';
import { formatZoom, lineOf, stepsWithin } from './chart-data.ts';
import { samplesWithin, systemSeries } from './system.ts';
import type { ChartedRun } from './use-series.ts';

const EVERY_MS = 15_000;

/** What the machines of a run did meanwhile: processor, memory, disks, network, graphics processors. */
export default function SystemTab({ run }: { run: ChartedRun }) {
  const t = useT();
  const [params, setParams] = useParams();
  const { samples, startedAt, error, retry } = useSamples(run);
  const state = useMemo(() => chartStateOf(params), [params]);
  const { zoom } = state;
  // Samples have times and no steps.
  const view = state.view.axis === 'step' ? { ...state.view, axis: 'relative' as const } : state.view;
  const wanted = state.search.normalize('NFKC').toLowerCase().trim();
  const charts = useMemo(() => {
    const within = zoom && samples ? samplesWithin(samples, zoom.from, zoom.to) : samples;
    return systemSeries(within ?? [])
      .filter((one) => one.key.toLowerCase().includes(wanted))
      .map((one) => ({
        key: one.key,
        lines: [lineOf(one, { id: run.path, label: '', place: 0, axis: view.axis, startedAt })],
      }));
  }, [samples, zoom, wanted, run, view.axis, startedAt]);
  if (error) return <Failure error={error} onRetry={retry} />;
  if (!samples) return <Loading />;
  if (!samples.length) return <Empty title={t('runs.noSystem')}>{t('runs.noSystemHint')}</Empty>;
  return (
    <div className={styles.section}>
      <ChartBar state={{ ...state, view }} isLive={run.isRunning} hasSteps={false} />
      <div className={styles.grid}>
        {charts.map(({ key, lines }) => (
          <Chart
            key={key}
            name={key}
            lines={lines}
            areBytes={key.endsWith('bytes')}
            view={view}
            onBrush={(drawn, left, right) => {
              const next = stepsWithin(drawn, left, right);
              if (next) setParams({ zoom: formatZoom(next) });
            }}
          />
        ))}
      </div>
    </div>
  );
}

/** All samples, page after page, and the new ones while the run goes on. */
function useSamples(run: ChartedRun) {
  const client = useClient();
  const [samples, setSamples] = useState<readonly unknown[] | null>(null);
  const [startedAt, setStartedAt] = useState('');
  const [error, setError] = useState<CombinedError | null>(null);
  const after = useRef<string | null>(null);
  const isAsking = useRef(false);
  const read = useCallback(async () => {
    if (isAsking.current) return;
    isAsking.current = true;
    try {
      for (let hasMore = true; hasMore; ) {
        const { data, error: failed } = await client
          .query(SystemSamplesDocument, { path: run.path, after: after.current }, { requestPolicy: 'network-only' })
          .toPromise();
        setError(failed ?? null);
        if (!data?.run) return;
        const page = data.run.systemMetrics;
        after.current = page.endCursor;
        hasMore = page.hasNextPage;
        setStartedAt(data.run.startedAt);
        setSamples((before) => [...(before ?? []), ...page.samples]);
      }
    } finally {
      isAsking.current = false;
    }
  }, [client, run.path]);
  useEffect(() => void read(), [read]);
  usePolling(read, run.isRunning ? EVERY_MS : null);
  return { samples, startedAt, error, retry: () => void read() };
}
