import { useLanguage, useT } from '../../lib/messages.tsx';
import styles from './chart.module.css';
import type { Line, XAxis } from './chart-data.ts';
import { formatX, formatY } from './ticks.ts';

const MOST_ROWS = 500;

interface ChartTableProps {
  lines: readonly Line[];
  axis: XAxis;
  areBytes: boolean;
}

/** The points of a chart as a table, for whoever does not see curves. */
export function ChartTable({ lines, axis, areBytes }: ChartTableProps) {
  const t = useT();
  const { locale } = useLanguage();
  const values = lines.map((line) => new Map(line.xs.map((x, index) => [x, line.ys[index]])));
  const xs = [...new Set(lines.flatMap((line) => line.xs))].sort((one, other) => one - other);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className={styles.table} tabIndex={0} role="group" aria-label={t('runs.showTable')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t(`runs.axis.${axis}`)}</th>
            {lines.map((line) => (
              <th key={line.id} scope="col" dir="auto">
                {line.label || t('runs.value')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {xs.slice(0, MOST_ROWS).map((x) => (
            <tr key={x}>
              <th scope="row">{formatX(x, axis, locale)}</th>
              {values.map((column, index) => {
                const value = column.get(x);
                return (
                  <td key={lines[index]?.id} title={value === null || value === undefined ? undefined : String(value)}>
                    {value === null || value === undefined ? t('ui.none') : formatY(value, areBytes, locale)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {xs.length > MOST_ROWS && <p>{t('runs.tableCut', { count: MOST_ROWS })}</p>}
    </div>
  );
}
