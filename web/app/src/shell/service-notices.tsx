import { useT } from '../lib/messages.tsx';
import { askService, useIsAnswering } from '../lib/service.ts';
import { useStale } from '../lib/stale.ts';
import { Button } from '../ui/button.tsx';
import { Failure } from '../ui/notices.tsx';
import styles from './service-notices.module.css';

/** What is wrong with all of the page: that nothing answers, or that it shows an older answer. */
export function ServiceNotices() {
  const isAnswering = useIsAnswering();
  const stale = useStale();
  if (!isAnswering) return <Silence />;
  if (!stale) return null;
  return (
    <div className={styles.notices}>
      <Failure title="ui.notUpdated" error={stale.error} onRetry={stale.reload} />
    </div>
  );
}

function Silence() {
  const t = useT();
  return (
    <div role="alert" className={`${styles.notices} ${styles.silence}`}>
      <strong>{t('silence.title')}</strong>
      <span>{t('silence.hint')}</span>
      <span>
        <code>headwater status</code> {t('silence.status')}
      </span>
      <span>
        <code>headwater up</code> {t('silence.up')}
      </span>
      <Button onPress={() => void askService()}>{t('ui.retry')}</Button>
    </div>
  );
}
