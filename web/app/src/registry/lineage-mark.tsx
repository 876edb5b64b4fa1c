import { LineageWholenessDocument } from '../generated/registry/model.ts';
import { type MessageKey, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { Icon } from '../ui/icons.tsx';
import styles from './registry.module.css';

interface Completeness {
  isComplete: boolean;
  reason?: string | null;
}

const REASONS: Record<string, MessageKey> = {
  PERMISSION: 'registry.lineageHidden',
  NODES: 'registry.lineageLong',
  TIME: 'registry.lineageLong',
};

/** Whether all that a version came from can be seen. */
export function LineageMark({ completeness }: { completeness: Completeness }) {
  const t = useT();
  if (completeness.isComplete) {
    return (
      <span className={styles.mark}>
        <Icon name="check" /> {t('registry.lineageWhole')}
      </span>
    );
  }
  return (
    <span className={`${styles.mark} ${styles.warning}`}>
      <Icon name="warning" /> {t(REASONS[completeness.reason ?? ''] ?? 'registry.lineageCut')}
    </span>
  );
}

/** The same of a version by its id, asked when it comes into sight: each answer is a walk through the lineage. */
export function LineageMarkOf({ versionId }: { versionId: string }) {
  const t = useT();
  const { data, error } = useData(LineageWholenessDocument, { id: versionId });
  if (error) return <span className={styles.note}>{t('registry.unknown')}</span>;
  const node = data?.node;
  return node && 'lineage' in node ? <LineageMark completeness={node.lineage.completeness} /> : null;
}
