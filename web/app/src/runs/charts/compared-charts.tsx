import { useEffect, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { ComparedRunDocument } from '../../generated/runs/charts/compared.ts';
import { useT } from '../../lib/messages.tsx';
import { Empty, Failure, Loading } from '../../ui/notices.tsx';
import { isChartable, ruleOf } from './chart-data.ts';
import { ChartsPanel } from './charts-panel.tsx';
import type { ChartedRun } from './use-series.ts';

interface Compared {
  runs: ChartedRun[];
  keys: string[];
  stepMetrics: ReadonlyMap<string, string>;
}

/** The charts of several runs of a project, one over the other. */
export default function ComparedCharts({ projectPath, keys }: { projectPath: string; keys: readonly string[] }) {
  const t = useT();
  const client = useClient();
  const [found, setFound] = useState<Compared | null>(null);
  const [error, setError] = useState<CombinedError | null>(null);
  const wanted = keys.join(' ');
  useEffect(() => {
    let isWanted = true;
    const ask = (key: string) => client.query(ComparedRunDocument, { path: `${projectPath}/${key}` }).toPromise();
    void Promise.all(wanted.split(' ').map(ask)).then((answers) => {
      if (!isWanted) return;
      const failed = answers.find((answer) => answer.error)?.error;
      setError(failed ?? null);
      const runs = answers.flatMap(({ data }) => data?.run ?? []);
      const metrics = new Set<string>();
      const axes = new Map<string, string>();
      for (const run of runs) {
        for (const { key, values } of run.history.series) {
          const rule = ruleOf(key, run.metrics);
          if (!isChartable(values) || rule?.isHidden) continue;
          metrics.add(key);
          if (rule?.stepMetric && rule.stepMetric !== key) axes.set(key, rule.stepMetric);
        }
      }
      const charted = runs.map((run) => ({ path: run.path, label: run.name, isRunning: run.state === 'RUNNING' }));
      setFound({ runs: charted, keys: [...metrics].sort(), stepMetrics: axes });
    });
    return () => {
      isWanted = false;
    };
  }, [client, projectPath, wanted]);
  if (error) return <Failure error={error} />;
  if (!found) return <Loading />;
  if (!found.keys.length) return <Empty title={t('runs.noMetrics')}>{t('runs.noMetricsHint')}</Empty>;
  return <ChartsPanel runs={found.runs} keys={found.keys} stepMetrics={found.stepMetrics} />;
}
