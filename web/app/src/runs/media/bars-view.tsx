import { formatNumber } from '../../lib/format.ts';
import { useLanguage, useT } from '../../lib/messages.tsx';
import styles from './media.module.css';
import type { Bar } from './plot-spec.ts';

interface BarsViewProps {
  title: string | null;
  /** What the bars are, and what their lengths are. */
  name: string;
  value: string;
  bars: readonly Bar[];
}

/** A bar a row of a table, from zero to the left or right. */
export function BarsView({ title, name, value, bars }: BarsViewProps) {
  const t = useT();
  const { locale } = useLanguage();
  const values = bars.map((bar) => bar.value ?? 0);
  const low = values.reduce((one, other) => Math.min(one, other), 0);
  const high = values.reduce((one, other) => Math.max(one, other), 0);
  const share = (length: number) => `${(100 * length) / (high - low || 1)}%`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className={styles.bars} tabIndex={0} role="group" aria-label={title ?? `${value} / ${name}`}>
      <table>
        {title && <caption dir="auto">{title}</caption>}
        <thead>
          <tr>
            <th scope="col" dir="auto">
              {name}
            </th>
            <th scope="col" dir="auto" colSpan={2}>
              {value}
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar, index) => (
            <tr key={index}>
              <th scope="row" dir="auto">
                {bar.label}
              </th>
              <td className={styles.value}>{bar.value === null ? t('ui.none') : formatNumber(bar.value, locale)}</td>
              <td className={styles.track}>
                {bar.value !== null && (
                  <span
                    className={styles.bar}
                    style={{ insetInlineStart: share(Math.min(bar.value, 0) - low), width: share(Math.abs(bar.value)) }}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
