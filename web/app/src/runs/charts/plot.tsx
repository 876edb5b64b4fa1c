import 'uplot/dist/uPlot.min.css';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useLanguage } from '../../lib/messages.tsx';
import { useThemeChanges } from '../../lib/theme.ts';
import styles from './chart.module.css';
import { dataOf, optionsOf, type PlotProps, tellOf } from './plot-options.ts';

/** Draws curves. Names, tables and buttons are its chart's. */
export function Plot(props: PlotProps) {
  const { lines, axis, isLog, height, drawing, label, said } = props;
  const { locale } = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const current = useRef(props);
  current.current = props;
  const theme = useThemeChanges();
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
    if (!drawn) return;
    const xs = drawn.data[0];
    at.current = index === null || !xs.length ? null : Math.max(0, Math.min(xs.length - 1, index));
    const x = at.current === null ? undefined : xs[at.current];
    setNow(at.current ?? 0);
    drawn.setCursor({ left: x === undefined ? -10 : drawn.valToPos(x, 'x'), top: x === undefined ? -10 : 1 }, false);
    tellOf(drawn, at.current, current.current.onPoint);
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
