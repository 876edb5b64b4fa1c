import { useMemo } from 'react';
import { RunMetricKeysDocument } from '../../generated/runs/charts/history.ts';
import { useT } from '../../lib/messages.tsx';
import { useData } from '../../lib/page-query.tsx';
import { usePolling } from '../../lib/polling.ts';
import { Empty, Failure, Loading } from '../../ui/notices.tsx';
import { isChartable, ruleOf } from './chart-data.ts';
import { ChartsPanel } from './charts-panel.tsx';
import type { ChartedRun } from './use-series.ts';

const EVERY_MS = 10_000;

/** All metrics of a run; new ones appear while it goes on. */
export default function ChartsTab({ run }: { run: ChartedRun }) {
  const t = useT();
  const { data, error, reload } = useData(RunMetricKeysDocument, { path: run.path });
  usePolling(reload, run.isRunning ? EVERY_MS : null);
  const runs = useMemo(() => [run], [run]);
  const rules = data?.run?.metrics;
  const series = data?.run?.history.series;
  const { keys, stepMetrics } = useMemo(() => {
    const charted = (series ?? []).filter((one) => isChartable(one.values)).map((one) => one.key);
    const shown = charted.filter((key) => !ruleOf(key, rules ?? [])?.isHidden);
    const axes = shown.flatMap((key): [string, string][] => {
      const axis = ruleOf(key, rules ?? [])?.stepMetric;
      return axis && axis !== key && charted.includes(axis) ? [[key, axis]] : [];
    });
    return { keys: shown, stepMetrics: new Map(axes) };
  }, [series, rules]);
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  if (!keys.length) {
    return (
      <Empty title={t('runs.noMetrics')} code={'run.log({"train/loss": loss, "val/accuracy": accuracy})'}>
        {t('runs.noMetricsHint')}
      </Empty>
    );
  }
  return <ChartsPanel runs={runs} keys={keys} stepMetrics={stepMetrics} />;
}
