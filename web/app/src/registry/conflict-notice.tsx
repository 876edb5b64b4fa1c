import { useT } from '../lib/messages.tsx';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notices.tsx';
import { Time } from '../ui/time.tsx';
import styles from './registry.module.css';

export interface Standing {
  movedAt: string;
  movedBy?: { name: string } | null;
  version: { id: string; index: number; path: string };
}

interface ConflictNoticeProps {
  alias: string;
  /** Where the alias was when the viewer looked, as `v7`; null is nowhere. */
  expected: string | null;
  /** Where it is now; null is nowhere. */
  now: Standing | null;
  /** Says what going on would do; without it, it can't go on. */
  label: string;
  onRetry?: () => void;
  onLeave: () => void;
}

/** Somebody was faster: who moved the alias where and when, and what can be done about it. The focus stays. */
export function ConflictNotice({ alias, expected, now, label, onRetry, onLeave }: ConflictNoticeProps) {
  const t = useT();
  const name = now?.movedBy?.name ?? t('registry.somebody');
  const was = expected ?? t('registry.nowhere');
  return (
    <div role="alert">
      <Notice>
        <span>
          {now ? (
            <>
              {t('registry.movedMeanwhile', { name, alias, version: `v${now.version.index}`, expected: was })}{' '}
              <Time at={now.movedAt} />
            </>
          ) : (
            t('registry.removedMeanwhile', { alias, expected: was })
          )}
        </span>
        <span className={styles.buttons}>
          {now && (
            <a href={hrefOf(now.version.path)} target="_blank" rel="noreferrer">
              {t('registry.see', { version: `v${now.version.index}` })}
            </a>
          )}
          {onRetry && <Button onPress={onRetry}>{label}</Button>}
          <Button onPress={onLeave}>{t('registry.leave')}</Button>
        </span>
      </Notice>
    </div>
  );
}
