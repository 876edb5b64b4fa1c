import { useState } from 'react';
import { useT } from '../../lib/messages.tsx';
import { Button } from '../../ui/button.tsx';
import type { Medium } from '../documents.ts';
import styles from './media.module.css';

/** What was said of a medium; of a long text the beginning, and the rest on request. */
export function Caption({ medium }: { medium: Medium }) {
  const t = useT();
  const [isWhole, setWhole] = useState(false);
  if (typeof medium.caption !== 'string' || medium.caption === '') return null;
  const isLong = medium.caption.length > 120;
  return (
    <figcaption className={styles.caption} dir="auto">
      {isLong && !isWhole ? `${medium.caption.slice(0, 120)} …` : medium.caption}
      {isLong && (
        <Button look="quiet" onPress={() => setWhole(!isWhole)}>
          {isWhole ? t('runs.less') : t('runs.more')}
        </Button>
      )}
    </figcaption>
  );
}
