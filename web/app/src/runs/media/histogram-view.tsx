import { formatCount, formatNumber } from '../../lib/format.ts';
import { useLanguage, useT } from '../../lib/messages.tsx';
import styles from './media.module.css';
import type { Histogram } from './media.ts';

const HEIGHT = 100;

/** How values are spread: a bar a bin, with its bounds and count on hover, and the whole in words. */
export function HistogramView({ histogram, name }: { histogram: Histogram; name: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const { bins, values } = histogram;
  const low = bins[0] ?? 0;
  const high = bins.at(-1) ?? 1;
  const wide = high - low || 1;
  const most = values.reduce((one, other) => Math.max(one, other), 0) || 1;
  const total = values.reduce((one, other) => one + other, 0);
  const words = t('runs.histogram', {
    name,
    count: formatCount(total, locale),
    low: formatNumber(low, locale),
    high: formatNumber(high, locale),
  });
  return (
    <figure className={styles.histogram}>
      <svg viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        {values.map((value, index) => {
          const left = bins[index] ?? low;
          const right = bins[index + 1] ?? high;
          const height = (value / most) * HEIGHT;
          const bounds = `${formatNumber(left, locale)} … ${formatNumber(right, locale)}: ${formatCount(value, locale)}`;
          return (
            <rect
              key={index}
              x={((left - low) / wide) * 100}
              y={HEIGHT - height}
              width={Math.max(0, ((right - left) / wide) * 100 - 0.15)}
              height={height}
            >
              <title>{bounds}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption className={styles.muted}>{words}</figcaption>
    </figure>
  );
}
