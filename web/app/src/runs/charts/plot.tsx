import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { formatBytes, formatDuration, formatNumber, formatShort } from '../../lib/format.ts';
import { type Locale, useLanguage } from '../../lib/messages.tsx';
import { onThemeChange, readColours } from '../../lib/theme.ts';
import styles from './chart.module.css';
import type { Line, XAxis } from './chart-data.ts';
import { CURVE_COLOURS, colourOf, dashOf } from './palette.ts';

export interface PlotProps {
  lines: readonly Line[];
  axis: XAxis;
  isLog: boolean;
  height: number;
  areBytes: boolean;
  /** Told of the stretch of the horizontal axis that was brushed. */
  onBrush: (left: number, right: number) => void;
  /** Told of the values under the pointer, by curve; null when it leaves. */
  onPoint: (x: number | null, ys: readonly (number | null | undefined)[]) => void;
}

/** Draws curves. Names, tables and buttons are its chart's. */
export function Plot(props: PlotProps) {
  const { lines, axis, isLog, height } = props;
  const { locale } = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const current = useRef(props);
  current.current = props;
  const [theme, setTheme] = useState(0);
  useEffect(() => onThemeChange(() => setTheme((count) => count + 1)), []);
  const ids = lines.map((line) => `${line.id} ${line.place}`).join('\n');

  // biome-ignore lint/correctness/useExhaustiveDependencies: new curves and another theme need a new plot.
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const options = optionsOf(current, axis, isLog, height, element.clientWidth, locale);
    const drawn = new uPlot(options, dataOf(current.current.lines), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [axis, isLog, height, locale, ids, theme]);

  useEffect(() => plot.current?.setData(dataOf(lines)), [lines]);
  return <div ref={place} className={styles.plot} aria-hidden="true" />;
}

/** The curves over all their horizontal values; where one has no point its curve goes on. */
function dataOf(lines: readonly Line[]): uPlot.AlignedData {
  const tables = lines.map((line) => [[...line.xs], [...line.ys]] as uPlot.AlignedData);
  if (tables.length === 1 && tables[0]) return tables[0];
  return tables.length ? uPlot.join(tables) : [[]];
}

function optionsOf(
  current: { current: PlotProps },
  axis: XAxis,
  isLog: boolean,
  height: number,
  width: number,
  locale: Locale,
): uPlot.Options {
  const colours = readColours([...CURVE_COLOURS, '--muted', '--line']);
  const axes = { stroke: colours['--muted'], grid: { stroke: colours['--line'], width: 1 }, ticks: { show: false } };
  const lines = current.current.lines;
  return {
    width: Math.max(width, 100),
    height,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    scales: { x: { time: axis === 'time' }, y: isLog ? { distr: 3, log: 10 } : {} },
    axes: [
      {
        ...axes,
        size: 28,
        ...(axis === 'time' ? {} : { values: (_, ticks) => ticks.map((x) => formatX(x, axis, locale)) }),
      },
      {
        ...axes,
        size: 56,
        values: (_, ticks) => ticks.map((y) => (y === null ? '' : formatTick(y, current.current.areBytes, locale))),
      },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.id,
        stroke: colours[colourOf(line.place)],
        dash: line.label === '' ? [] : dashOf(line.place),
        width: 1.5,
        points: { show: line.xs.length < 2 ? true : undefined, size: 5 },
      })),
    ],
    hooks: {
      setSelect: [
        (drawn) => {
          const { left, width: wide } = drawn.select;
          if (wide < 4) return;
          current.current.onBrush(drawn.posToVal(left, 'x'), drawn.posToVal(left + wide, 'x'));
          drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        (drawn) => {
          const at = drawn.cursor.idx;
          if (at === null || at === undefined) current.current.onPoint(null, []);
          else
            current.current.onPoint(
              drawn.data[0][at] ?? null,
              drawn.data.slice(1).map((ys) => ys[at]),
            );
        },
      ],
    },
  };
}

function formatTick(y: number, areBytes: boolean, locale: Locale): string {
  return areBytes ? formatBytes(y, locale) : formatShort(y, locale);
}

/** A value of a curve, as the legend and tables write it. */
export function formatY(y: number, areBytes: boolean, locale: Locale): string {
  return areBytes ? formatBytes(y, locale) : formatNumber(y, locale);
}

/** A place on the horizontal axis, as its axis and the legend write it. */
export function formatX(x: number, axis: XAxis, locale: Locale): string {
  if (axis === 'relative' && Math.abs(x) < 60) {
    const seconds = { style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumSignificantDigits: 4 } as const;
    return new Intl.NumberFormat(locale, seconds).format(x);
  }
  if (axis === 'relative') return formatDuration(x, locale);
  return axis === 'time' ? new Date(x * 1000).toLocaleString(locale) : formatNumber(x, locale);
}
