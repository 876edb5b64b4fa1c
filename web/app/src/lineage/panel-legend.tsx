import { useT } from '../lib/messages.tsx';
import { Icon } from '../ui/icons.tsx';
import { KIND_LABELS, type Kind, KindMark } from '../ui/state.tsx';
import styles from './explorer.module.css';

const KINDS: readonly Kind[] = ['RUN', 'ARTIFACT_VERSION', 'REGISTRY_VERSION'];

/** What the shapes and signs of the graph mean. */
export function Legend() {
  const t = useT();
  return (
    <details className={styles.legend}>
      <summary>{t('lineage.legend')}</summary>
      <ul className={styles.plain}>
        {KINDS.map((kind) => (
          <li key={kind} className={styles.joined}>
            <KindMark kind={kind} /> <span aria-hidden="true">{t(KIND_LABELS[kind])}</span>
          </li>
        ))}
        <li className={styles.joined}>
          <span className={styles.stack} aria-hidden="true" /> {t('lineage.legend.group')}
        </li>
        <li className={styles.joined}>
          <Icon name="add" /> {t('lineage.legend.more')}
        </li>
        <li className={styles.joined}>
          <span className={styles.barred} aria-hidden="true" /> {t('lineage.legend.barred')}
        </li>
        <li className={styles.joined}>
          <Icon name="lock" /> {t('ui.protected')}
        </li>
        <li className={styles.joined}>
          <Icon name="warning" /> {t('lineage.legend.recall')}
        </li>
        <li className={styles.joined}>
          <span className={styles.hollow} aria-hidden="true">
            ▷
          </span>{' '}
          {t('lineage.legend.reused')}
        </li>
      </ul>
    </details>
  );
}
