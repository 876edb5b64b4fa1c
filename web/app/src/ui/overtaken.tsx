import type { ReactNode } from 'react';
import { useT } from '../lib/messages.tsx';
import type { Refusal } from '../lib/mutate.ts';
import { Button } from './button.tsx';
import styles from './editable.module.css';

interface OvertakenProps {
  refusal: Refusal | null;
  isDisabled: boolean;
  /** Takes what is there now, which is then known to be replaced. */
  onReplace: (now: string) => void;
  children: (now: string) => ReactNode;
}

/** Where somebody was faster: what is there now, and a way to put one's own in its place knowingly. */
export function Overtaken({ refusal, isDisabled, onReplace, children }: OvertakenProps) {
  const t = useT();
  const now = refusal?.__typename === 'ConflictError' ? refusal.current : null;
  if (typeof now !== 'string') return null;
  return (
    <section className={styles.editor} aria-label={t('ui.thereNow')}>
      <strong>{t('ui.thereNow')}</strong>
      {now === '' ? <p className={styles.placeholder}>{t('ui.none')}</p> : children(now)}
      <span>
        <Button isDisabled={isDisabled} onPress={() => onReplace(now)}>
          {t('ui.replaceTheirs')}
        </Button>
      </span>
    </section>
  );
}
