import { useLiveness } from '../lib/live.ts';
import { useT } from '../lib/messages.tsx';
import { useIsAnswering } from '../lib/service.ts';
import styles from './live-mark.module.css';

/** Whether what is on the page follows what happens, and how. */
export function LiveMark() {
  const t = useT();
  const liveness = useLiveness();
  const isAnswering = useIsAnswering();
  if (liveness === 'off' || !isAnswering) return null;
  const label = t(liveness === 'live' ? 'live.live' : 'live.polling');
  return <span className={`${styles.mark} ${styles[liveness]}`} role="img" aria-label={label} title={label} />;
}
