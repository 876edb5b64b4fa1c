import { useT } from '../../lib/messages.tsx';
import { useParams } from '../../lib/search-params.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Select } from '../../ui/field.tsx';
import { SearchInput } from '../search-input.tsx';
import styles from './chart.module.css';
import type { ChartView } from './chart.tsx';
import { parseZoom, X_AXES, type Zoom } from './chart-data.ts';

const MOST_SMOOTHING = 0.99;

export interface ChartState {
  view: ChartView;
  zoom: Zoom | null;
  search: string;
}

/** What the address says of the charts on a page. */
export function chartStateOf(params: URLSearchParams): ChartState {
  const axis = X_AXES.find((one) => one === params.get('x')) ?? 'step';
  const smoothing = Number(params.get('smooth') ?? 0);
  return {
    view: {
      axis,
      isLog: params.get('log') === '1',
      smoothing: smoothing > 0 ? Math.min(smoothing, MOST_SMOOTHING) : 0,
    },
    zoom: parseZoom(params.get('zoom')),
    search: params.get('metric') ?? '',
  };
}

interface ChartBarProps {
  state: ChartState;
  isLive: boolean;
  /** Whether what is drawn has steps, not only times. */
  hasSteps?: boolean;
}

/** The controls that all charts of a page share. */
export function ChartBar({ state, isLive, hasSteps = true }: ChartBarProps) {
  const t = useT();
  const [, setParams] = useParams();
  const { view, zoom, search } = state;
  return (
    <div className={styles.bar}>
      <SearchInput
        label={t('runs.searchMetrics')}
        value={search}
        onChange={(metric) => setParams({ metric }, { replace: true })}
      />
      <Select
        label={t('runs.axis')}
        isLabelHidden
        value={view.axis}
        options={X_AXES.filter((axis) => hasSteps || axis !== 'step').map((axis) => ({
          value: axis,
          label: t(`runs.axis.${axis}`),
        }))}
        onChange={(axis) => setParams({ x: axis === 'step' ? null : axis }, { replace: true })}
      />
      <label className={styles.range}>
        {t('runs.smoothing')}
        <input
          type="range"
          min="0"
          max={MOST_SMOOTHING}
          step="0.01"
          value={view.smoothing}
          onChange={(event) =>
            setParams({ smooth: event.target.value === '0' ? null : event.target.value }, { replace: true })
          }
        />
        <output className={styles.weight}>{view.smoothing || ''}</output>
      </label>
      <Checkbox isSelected={view.isLog} onChange={(isLog) => setParams({ log: isLog ? '1' : null }, { replace: true })}>
        {t('runs.logScale')}
      </Checkbox>
      {zoom && (
        <Button onPress={() => setParams({ zoom: null })}>
          {hasSteps ? t('runs.allSteps', { from: zoom.from, to: zoom.to }) : t('runs.allTimes')}
        </Button>
      )}
      {isLive && <span className={styles.live}>● {t('runs.live')}</span>}
    </div>
  );
}
