// How a chart is drawn: its axes, its colours, and what it tells of.
import uPlot from 'uplot';
import type { Locale } from '../../lib/messages.tsx';
import { readColours } from '../../lib/theme.ts';
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

/** The curves over all their horizontal values; where one has no point its curve goes on. */
export function dataOf(lines: readonly Line[]): uPlot.AlignedData {
  const tables = lines.map((line) => [[...line.xs], [...line.ys]] as uPlot.AlignedData);
  if (tables.length === 1 && tables[0]) return tables[0];
  return tables.length ? uPlot.join(tables) : [[]];
}

export function optionsOf(
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
      setCursor: [(drawn) => tellOf(drawn, drawn.cursor.idx, current.current.onPoint)],
    },
  };
}

/** Tells of the values at a point; of none when there is none. */
export function tellOf(drawn: uPlot, at: number | null | undefined, tell: PlotProps['onPoint']): void {
  if (at === null || at === undefined) tell(null, []);
  else
    tell(
      drawn.data[0][at] ?? null,
      drawn.data.slice(1).map((ys) => ys[at]),
    );
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
