import { type MessageKey, useT } from '../lib/messages.tsx';
import styles from './compare.module.css';
import { valueText } from './metadata-tree.ts';

export type ChangeKind = 'ADDED' | 'REMOVED' | 'CHANGED';

export const CHANGE_SIGNS: Record<ChangeKind, string> = { ADDED: '+', REMOVED: '−', CHANGED: '~' };
export const CHANGE_LABELS: Record<ChangeKind, MessageKey> = {
  ADDED: 'artifacts.added',
  REMOVED: 'artifacts.removed',
  CHANGED: 'artifacts.changed',
};

interface DifferencesProps {
  title: string;
  differences: {
    total: number;
    items: readonly { path: string; kind: ChangeKind; before: unknown; after: unknown }[];
  };
  /** What is said when there are none. */
  none: string;
}

/** In which values two documents differ: each with both sides. */
export function Differences({ title, differences: { total, items }, none }: DifferencesProps) {
  const t = useT();
  return (
    <section className={styles.block}>
      <h2>
        {title} <span className={styles.muted}>{t('artifacts.differences', { count: total })}</span>
      </h2>
      {total === 0 ? (
        <p className={styles.muted}>{none}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={title}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('artifacts.value')}</th>
                <th scope="col">{t('artifacts.before')}</th>
                <th scope="col">{t('artifacts.after')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.path}>
                  <th scope="row" dir="auto">
                    <ChangeMark kind={item.kind} /> {item.path}
                  </th>
                  <td dir="auto">{item.kind !== 'ADDED' && <del>{valueText(item.before)}</del>}</td>
                  <td dir="auto">{item.kind !== 'REMOVED' && <ins>{valueText(item.after)}</ins>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {total > items.length && <p className={styles.muted}>{t('artifacts.more', { count: total - items.length })}</p>}
    </section>
  );
}

/** What became of something, by a sign with its word. */
export function ChangeMark({ kind }: { kind: ChangeKind }) {
  const t = useT();
  const label = t(CHANGE_LABELS[kind]);
  return (
    <span className={`${styles.mark} ${styles[kind.toLowerCase()]}`} role="img" aria-label={label} title={label}>
      {CHANGE_SIGNS[kind]}
    </span>
  );
}
