import { useMemo, useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import { useLanguage, useT } from '../../lib/messages.tsx';
import { Button } from '../../ui/button.tsx';
import styles from './chart.module.css';
import { type Line, smooth, type XAxis } from './chart-data.ts';
import { ChartTable } from './chart-table.tsx';
import { colourOf, dashOf } from './palette.ts';
import { Plot } from './plot.tsx';
import type { Drawing } from './plot-options.ts';
import { formatX, formatY } from './ticks.ts';

export interface ChartView {
  axis: XAxis;
  isLog: boolean;
  /** From 0, as measured, to below 1. */
  smoothing: number;
}

interface ChartProps {
  name: string;
  /** Undefined while nothing has arrived. */
  lines: readonly Line[] | undefined;
  view: ChartView;
  /** Whether the values are counts of bytes. */
  areBytes?: boolean;
  /** What its horizontal axis is, when it is another metric. */
  xName?: string | undefined;
  /** What is said here of a drawing that is no metric. */
  drawing?: Drawing;
  /** Without it there is nothing to zoom into. */
  onBrush?: (lines: readonly Line[], left: number, right: number) => void;
}

const HEIGHT = 180;
const DRAWING_HEIGHT = 260;

/** One metric: its curves, what is under the pointer, and the same as a table. */
export function Chart({ name, lines, view, areBytes = false, xName, drawing, onBrush }: ChartProps) {
  const t = useT();
  const { locale } = useLanguage();
  const [isTable, setTable] = useState(false);
  const [point, setPoint] = useState<{ x: number; ys: readonly (number | null | undefined)[] } | null>(null);
  const drawn = useMemo(
    () => lines?.map((line) => ({ ...line, ys: smooth(positiveIn(line.ys, view.isLog), view.smoothing) })),
    [lines, view.smoothing, view.isLog],
  );
  const nameOfX = drawing?.x ?? xName ?? t(`runs.axis.${view.axis}`);
  const said = point
    ? [
        `${nameOfX} ${formatX(point.x, view.axis, locale, drawing?.names)}`,
        ...(drawn ?? []).map((line, index) => `${line.label} ${textOf(point.ys[index])}`.trim()),
      ].join(', ')
    : t('runs.noPoint');
  function textOf(value: number | null | undefined): string {
    return value === null || value === undefined ? t('ui.none') : formatY(value, areBytes, locale);
  }
  const hasPoints = drawn?.some((line) => line.ys.some((y) => y !== null)) ?? false;
  return (
    <figure className={styles.chart} aria-label={t('runs.chartOf', { name })}>
      <figcaption className={styles.head}>
        <span className={styles.name} dir="auto" title={name}>
          {name}
        </span>
        {drawn && (
          <Button look="quiet" aria-pressed={isTable} onPress={() => setTable(!isTable)}>
            {isTable ? t('runs.showChart') : t('runs.showTable')}
          </Button>
        )}
      </figcaption>
      {drawn && isTable && <ChartTable lines={drawn} axis={view.axis} areBytes={areBytes} />}
      {drawn && !isTable && hasPoints && (
        <Plot
          label={t('runs.valuesOf', { name })}
          said={said}
          drawing={drawing}
          lines={drawn}
          axis={view.axis}
          isLog={view.isLog}
          height={drawing ? DRAWING_HEIGHT : HEIGHT}
          areBytes={areBytes}
          onBrush={(left, right) => onBrush?.(drawn, left, right)}
          onPoint={(x, ys) => setPoint(x === null ? null : { x, ys })}
        />
      )}
      {drawn && !isTable && !hasPoints && <div className={styles.empty}>{t('runs.noNumbers')}</div>}
      {drawn && (
        <ul className={styles.legend}>
          {point && (
            <li>
              {nameOfX} {formatX(point.x, view.axis, locale, drawing?.names)}
            </li>
          )}
          {drawn.map((line, index) => {
            // Of a metric the last value is news; of a drawing it is just where a curve ends.
            const value = point ? point.ys[index] : line.ys.findLast((y) => y !== null);
            return (
              <li key={line.id} className={styles.entry} title={t('runs.logged', { count: line.count })}>
                {line.label !== '' && <Swatch place={line.place} />}
                {line.label !== '' && <span dir="auto">{line.label}</span>}
                {(point || !drawing) && <span className={styles.value}>{textOf(value)}</span>}
                {line.label === '' && !point && (
                  <span>
                    {drawing ? '' : '· '}
                    {t('runs.points', { shown: formatCount(line.count, locale), count: line.count })}
                  </span>
                )}
              </li>
            );
          })}
          <ChartNotes lines={lines ?? []} view={view} />
        </ul>
      )}
    </figure>
  );
}

/** What the curves do not show of the values, or show otherwise. */
function ChartNotes({ lines, view }: { lines: readonly Line[]; view: ChartView }) {
  const t = useT();
  const ys = lines.flatMap((line) => line.ys);
  const gaps = ys.filter((y) => y === null).length;
  const low = view.isLog ? ys.filter((y) => y !== null && y <= 0).length : 0;
  return (
    <>
      {view.smoothing > 0 && <li>{t('runs.smoothed', { weight: view.smoothing })}</li>}
      {gaps > 0 && <li>{t('runs.gaps', { count: gaps })}</li>}
      {low > 0 && <li>{t('runs.notPositive', { count: low })}</li>}
    </>
  );
}

/** A logarithm has no place for what is not above zero. */
function positiveIn(ys: readonly (number | null)[], isLog: boolean): readonly (number | null)[] {
  return isLog ? ys.map((y) => (y !== null && y > 0 ? y : null)) : ys;
}

function Swatch({ place }: { place: number }) {
  return (
    <svg width="20" height="8" aria-hidden="true" focusable="false">
      <line
        x1="0"
        y1="4"
        x2="20"
        y2="4"
        strokeWidth="2"
        strokeDasharray={dashOf(place).join(' ')}
        style={{ stroke: `var(${colourOf(place)})` }}
      />
    </svg>
  );
}
