import { useMemo, useRef } from 'react';
import { useWasInView } from '../../lib/in-view.ts';
import { Failure } from '../../ui/notices.tsx';
import styles from './chart.module.css';
import { Chart, type ChartView } from './chart.tsx';
import { type Line, lineOf, type Zoom } from './chart-data.ts';
import { type ChartedRun, useSeries } from './use-series.ts';

interface ChartGridProps {
  runs: readonly ChartedRun[];
  keys: readonly string[];
  /** By metric, the one that is its horizontal axis, when its author said so. */
  stepMetrics: ReadonlyMap<string, string>;
  view: ChartView;
  zoom: Zoom | null;
  onBrush: (lines: readonly Line[], left: number, right: number) => void;
}

/** A few charts that are asked for together once they come near the window. */
export function ChartGrid({ runs, keys, stepMetrics, view, zoom, onBrush }: ChartGridProps) {
  const place = useRef<HTMLDivElement>(null);
  const isShown = useWasInView(place);
  const axes = keys.flatMap((key) => stepMetrics.get(key) ?? []);
  const { data, error, reload } = useSeries(runs, [...new Set([...keys, ...axes])], zoom, isShown);
  const lines = useMemo(() => {
    const found = new Map<string, Line[]>();
    for (const { run, startedAt, series } of data ?? []) {
      for (const key of keys) {
        const one = series.get(key);
        if (!one) continue;
        const stepSeries = view.axis === 'step' ? series.get(stepMetrics.get(key) ?? '') : undefined;
        const place = runs.findIndex((other) => other.path === run.path);
        const label = runs.length > 1 ? run.label : '';
        const line = lineOf(one, { id: run.path, label, place, axis: view.axis, startedAt, stepSeries });
        found.set(key, [...(found.get(key) ?? []), line]);
      }
    }
    return found;
  }, [data, runs, keys, stepMetrics, view.axis]);
  if (error) return <Failure error={error} onRetry={reload} />;
  return (
    <div ref={place} className={styles.grid}>
      {keys.map((key) => (
        <Chart
          key={key}
          name={key}
          lines={data && (lines.get(key) ?? [])}
          view={view}
          xName={view.axis === 'step' ? stepMetrics.get(key) : undefined}
          onBrush={onBrush}
        />
      ))}
    </div>
  );
}
