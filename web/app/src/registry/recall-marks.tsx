import { useT } from '../lib/messages.tsx';
import { Icon } from '../ui/icons.tsx';
import styles from './registry.module.css';

export interface RecallLine {
  id: string;
  severity: 'WARNING' | 'CRITICAL';
  /** Null where the viewer may not see what was recalled. */
  reason: string | null;
  distance?: number | null;
}

interface RecallMarksProps {
  recalls: readonly RecallLine[];
  /** Whether the reasons stand there, and "none" where there are none. */
  isLong?: boolean;
}

/** Which recalls reach a version: of itself, or of what it came from. */
export function RecallMarks({ recalls, isLong = false }: RecallMarksProps) {
  const t = useT();
  const first = recalls[0];
  if (!first) return isLong ? <span className={styles.note}>{t('registry.notRecalled')}</span> : null;
  const reasons = recalls.map((recall) => recall.reason ?? t('registry.hiddenRecall')).join('\n');
  const isUpstream = first.distance !== 0;
  return (
    <span className={styles.recalled} title={reasons} dir="auto">
      <Icon name="warning" /> {first.severity === 'CRITICAL' ? t('registry.critical') : t('registry.warning')}
      {isUpstream && `, ${t('registry.recalledUpstream')}`}
      {recalls.length > 1 && ` (${recalls.length})`}
      {isLong && `: ${reasons}`}
    </span>
  );
}
