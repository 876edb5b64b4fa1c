import { formatCount } from '../../lib/format.ts';
import { useLanguage } from '../../lib/messages.tsx';
import styles from './media.module.css';
import { cellKey, type DrawnPlot } from './plot-spec.ts';

/** How often each class was taken for each other: the names of the rows stay in sight. */
export function MatrixView({ plot }: { plot: Extract<DrawnPlot, { sort: 'matrix' }> }) {
  const { locale } = useLanguage();
  const most = Math.max(1, ...plot.counts.values());
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className={styles.matrix} tabIndex={0} role="group" aria-label={plot.title ?? undefined}>
      <table>
        {plot.title && <caption dir="auto">{plot.title}</caption>}
        <thead>
          <tr>
            <th scope="col" dir="auto">
              {plot.y} ↓ {plot.x} →
            </th>
            {plot.names.map((name) => (
              <th key={name} scope="col" dir="auto">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {plot.names.map((row) => (
            <tr key={row}>
              <th scope="row" dir="auto">
                {row}
              </th>
              {plot.names.map((column) => {
                const count = plot.counts.get(cellKey(row, column)) ?? 0;
                const share = Math.round((count / most) * 45);
                const background = `color-mix(in srgb, var(--version-stroke) ${share}%, transparent)`;
                return (
                  <td key={column} style={{ background }} className={count === 0 ? styles.zero : undefined}>
                    {formatCount(count, locale)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
