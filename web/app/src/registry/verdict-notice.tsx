import { useT } from '../lib/messages.tsx';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/notices.tsx';
import type { Verdict } from './promotion.ts';
import styles from './registry.module.css';

/** What the rules say of a move before it is made: nothing against it, that others must consent, or why not. */
export function VerdictNotice({ verdict, isProtected }: { verdict: Verdict | null; isProtected: boolean }) {
  const t = useT();
  if (!verdict) return <p className={styles.note}>{t('registry.checking')}</p>;
  if (verdict.kind === 'move') {
    return (
      <p className={styles.mark} role="status">
        <Icon name="check" /> {t('registry.allowed')}
      </p>
    );
  }
  if (verdict.kind === 'propose') {
    return (
      <div role="status">
        <Notice tone="info">
          <span className={styles.mark}>
            {isProtected && <Icon name="lock" />}
            <span dir="auto">{verdict.message}</span>
          </span>
          <span>{t('registry.proposeHint')}</span>
        </Notice>
      </div>
    );
  }
  return <UnmetReasons title={t('registry.blocked')} reasons={verdict.reasons} />;
}

/** What keeps a move from being made. */
export function UnmetReasons({ title, reasons }: { title: string; reasons: readonly string[] }) {
  return (
    <div role="status">
      <Notice>
        <strong>{title}</strong>
        <ul>
          {reasons.map((reason) => (
            <li key={reason} dir="auto">
              {reason}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}
