import { useMemo, useState } from 'react';
import { useT } from '../../lib/messages.tsx';
import { useParams } from '../../lib/search-params.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/notices.tsx';
import styles from './chart.module.css';
import { ChartBar, chartStateOf } from './chart-bar.tsx';
import { byPrefix, formatZoom, stepsWithin } from './chart-data.ts';
import { ChartGrid } from './chart-grid.tsx';
import type { ChartedRun } from './use-series.ts';

const TOGETHER = 6;
const AT_FIRST = 12;

interface ChartsPanelProps {
  runs: readonly ChartedRun[];
  /** Metrics with numbers. */
  keys: readonly string[];
  stepMetrics: ReadonlyMap<string, string>;
}

/** The metrics of one run or of several, a chart each, under the beginnings of their names. */
export function ChartsPanel({ runs, keys, stepMetrics }: ChartsPanelProps) {
  const t = useT();
  const [params, setParams] = useParams();
  const state = useMemo(() => chartStateOf(params), [params]);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const wanted = state.search.normalize('NFKC').toLowerCase().trim();
  const groups = useMemo(
    () => byPrefix(keys.filter((key) => key.normalize('NFKC').toLowerCase().includes(wanted))),
    [keys, wanted],
  );
  return (
    <div className={styles.section}>
      <ChartBar state={state} isLive={runs.some((run) => run.isRunning)} />
      {groups.length === 0 && <Empty title={t('runs.noMetric')} />}
      {groups.map(([prefix, ofGroup]) => {
        const shown = opened.has(prefix) ? ofGroup : ofGroup.slice(0, AT_FIRST);
        return (
          <section key={prefix} className={styles.section}>
            {(prefix !== '' || groups.length > 1) && (
              <h2 dir="auto">
                {prefix || t('runs.ungrouped')} ({ofGroup.length})
              </h2>
            )}
            {chunks(shown).map((chunk) => (
              <ChartGrid
                key={chunk[0]}
                runs={runs}
                keys={chunk}
                stepMetrics={stepMetrics}
                view={state.view}
                zoom={state.zoom}
                onBrush={(lines, left, right) => {
                  const zoom = stepsWithin(lines, left, right);
                  if (zoom) setParams({ zoom: formatZoom(zoom) });
                }}
              />
            ))}
            {shown.length < ofGroup.length && (
              <span>
                <Button onPress={() => setOpened(new Set([...opened, prefix]))}>
                  {t('runs.moreCharts', { count: ofGroup.length - shown.length })}
                </Button>
              </span>
            )}
          </section>
        );
      })}
    </div>
  );
}

function chunks(keys: readonly string[]): string[][] {
  const count = Math.ceil(keys.length / TOGETHER);
  return Array.from({ length: count }, (_, index) => keys.slice(index * TOGETHER, (index + 1) * TOGETHER));
}
