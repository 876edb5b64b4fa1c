import 'uplot/dist/uPlot.min.css';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { type Locale, useLanguage } from '../../lib/messages.tsx';
import { onThemeChange, readColours } from '../../lib/theme.ts';
import styles from './chart.module.css';
import type { Line, XAxis } from './chart-data.ts';
import { CURVE_COLOURS, colourOf, dashOf } from './palette.ts';
import { formatTick, formatX, timeTicks } from './ticks.ts';

/** How a drawing differs from a chart of a metric. */
export interface Drawing {
  /** What its axes are. */
  x: string;
  y: string;
  arePoints: boolean;
  /** What stands at 0, 1, 2 … of the horizontal axis, when that has no numbers. */
  names: readonly string[] | null;
  /** The ends of the vertical axis, when they are given. */
  range: readonly [low: number, high: number] | null;
}

export interface PlotProps {
  /** What it is, for whoever moves over its values by keyboard. */
  label: string;
  /** The values under the pointer in words. */
  said: string;
  drawing?: Drawing;
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
  const { lines, axis, isLog, height, drawing, label, said } = props;
  const { locale } = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const current = useRef(props);
  current.current = props;
  const [theme, setTheme] = useState(0);
  useEffect(() => onThemeChange(() => setTheme((count) => count + 1)), []);
  const at = useRef<number | null>(null);
  const [now, setNow] = useState(0);
  const ids = lines.map((line) => `${line.id} ${line.place} ${line.xs.length < 2}`).join('\n');

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
  }, [axis, isLog, height, locale, ids, theme, drawing]);

  useEffect(() => plot.current?.setData(dataOf(lines)), [lines]);

  /** Moves to a point, as a pointer would; null leaves. */
  function moveTo(index: number | null) {
    const drawn = plot.current;
    const xs = drawn?.data[0];
    at.current = index === null || !xs?.length ? null : Math.max(0, Math.min(xs.length - 1, index));
    const x = at.current === null ? undefined : xs?.[at.current];
    setNow(at.current ?? 0);
    drawn?.setCursor({ left: x === undefined ? -10 : drawn.valToPos(x, 'x'), top: x === undefined ? -10 : 1 }, false);
    if (!drawn || x === undefined) current.current.onPoint(null, []);
    else
      current.current.onPoint(
        x,
        drawn.data.slice(1).map((ys) => ys[at.current ?? 0]),
      );
  }

  function onKeyDown(event: KeyboardEvent) {
    const count = plot.current?.data[0].length ?? 0;
    const next = nextPoint(event.key, at.current, count);
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moveTo(next);
  }

  return (
    <div
      ref={place}
      className={styles.plot}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, (lines[0]?.xs.length ?? 1) - 1)}
      aria-valuenow={now}
      aria-valuetext={said}
      onKeyDown={onKeyDown}
      onBlur={() => moveTo(null)}
    />
  );
}

const PAGE = 10;

/** Where a key leads from a point, or from none; undefined when it is not one that moves. */
export function nextPoint(key: string, at: number | null, count: number): number | null | undefined {
  const from = at ?? count;
  if (key === 'ArrowLeft' || key === 'ArrowDown') return from - 1;
  if (key === 'ArrowRight' || key === 'ArrowUp') return at === null ? 0 : at + 1;
  if (key === 'PageDown') return from - PAGE;
  if (key === 'PageUp') return at === null ? 0 : at + PAGE;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return key === 'Escape' && at !== null ? null : undefined;
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
  const { lines, drawing } = current.current;
  return {
    width: Math.max(width, 100),
    height,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    scales: {
      // Points at the ends are whole.
      x: { time: axis === 'time', range: (drawn, low, high) => ends(drawn.data[0], low, high, current.current) },
      y: isLog ? { distr: 3, log: 10 } : drawing?.range ? { range: widened(...drawing.range) } : {},
    },
    axes: [
      {
        ...axes,
        ...labelOf(drawing?.x, colours['--muted']),
        size: axis === 'time' ? 42 : 28,
        values: (_, ticks, _axis, _space, step) =>
          axis === 'time' ? timeTicks(ticks, step, locale) : ticks.map((x) => formatX(x, axis, locale, drawing?.names)),
        ...(drawing?.names && { incrs: [1, 2, 5, 10, 20, 50, 100, 1000] }),
      },
      {
        ...axes,
        ...labelOf(drawing?.y, colours['--muted']),
        size: 56,
        ...(isLog && { grid: { ...axes.grid, filter: (_, ticks) => decadesOf(ticks) } }),
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
        ...(drawing?.arePoints && { paths: () => null }),
        points: { show: line.xs.length < 2 || drawing?.arePoints ? true : undefined, size: 5 },
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

function widened(low: number, high: number): uPlot.Range.MinMax {
  const more = (high - low || 1) * 0.03;
  return [low - more, high + more];
}

function labelOf(label: string | undefined, colour: string): uPlot.Axis {
  return label ? { label, labelSize: 18, labelFont: '12px system-ui, sans-serif', labelGap: 2, stroke: colour } : {};
}

/** The ends of the horizontal axis: of one point its surroundings; points at the ends of a drawing are whole. */
function ends(
  xs: ArrayLike<number>,
  low: number | null,
  high: number | null,
  { axis, drawing }: PlotProps,
): uPlot.Range.MinMax {
  const around = axis === 'step' ? 1 : 30;
  if (xs.length === 1 && xs[0] !== undefined) return [xs[0] - around, xs[0] + around];
  return drawing && low !== null && high !== null ? widened(low, high) : [low, high];
}

const MOST_LINES = 30;

/** Of many lines of a logarithmic grid only those at powers of ten. */
function decadesOf(ticks: number[]): (number | null)[] {
  return ticks.length <= MOST_LINES ? ticks : ticks.map((y) => (Number.isInteger(Math.log10(y)) ? y : null));
}
