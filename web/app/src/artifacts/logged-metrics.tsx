import { formatNumber } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { Facts } from '../ui/facts.tsx';
import styles from './artifacts.module.css';

const MOST = 30;

/** What the run had measured when it logged the version. */
export function LoggedMetrics({ metrics, step }: { metrics: unknown; step: number | null }) {
  const t = useT();
  const { locale } = useLanguage();
  if (typeof metrics !== 'object' || metrics === null) return null;
  const all = Object.entries(metrics);
  if (!all.length) return null;
  return (
    <section className={styles.block}>
      <h2>
        {t('artifacts.metrics')}{' '}
        {step !== null && <span className={styles.muted}>{t('artifacts.step', { step })}</span>}
      </h2>
      <Facts
        rows={all
          .slice(0, MOST)
          .map(([name, value]) => [name, typeof value === 'number' ? formatNumber(value, locale) : String(value)])}
      />
      {all.length > MOST && <p className={styles.muted}>{t('artifacts.more', { count: all.length - MOST })}</p>}
    </section>
  );
}
