import { Link } from 'wouter';
import type { TimelineMoveFragment } from '../generated/registry/timeline.ts';
import { formatDuration } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Facts } from '../ui/facts.tsx';
import { Time } from '../ui/time.tsx';
import { RecallMarks } from './recall-marks.tsx';
import styles from './registry.module.css';

/** One move of an alias, with all that was recorded of it. */
export function MoveRecord({ move, onClose }: { move: TimelineMoveFragment; onClose: () => void }) {
  const t = useT();
  const { locale } = useLanguage();
  return (
    <section className={styles.card} aria-label={t('timeline.record')}>
      <Facts
        rows={[
          [t('registry.alias'), move.name],
          [t('timeline.from'), <End key="from" version={move.from} />],
          [
            t('timeline.to'),
            <span key="to">
              <End version={move.to} /> <RecallMarks recalls={move.to?.recalls ?? []} />
            </span>,
          ],
          [t('timeline.at'), <Time key="at" at={move.at} isFull />],
          [t('timeline.until'), move.until ? <Time key="until" at={move.until} isFull /> : t('registry.now')],
          [t('timeline.stood'), formatDuration(move.seconds, locale)],
          [t('timeline.by'), move.by?.name ?? t('registry.somebody')],
          [t('registry.reason'), move.reason || t('ui.none')],
        ]}
      />
      <span>
        <Button onPress={onClose}>{t('ui.close')}</Button>
      </span>
    </section>
  );
}

/** A version at one end of a move, as a link; nowhere when there is none. */
export function End({ version }: { version?: { index: number; path: string } | null }) {
  const t = useT();
  if (!version) return <span className={styles.note}>{t('registry.nowhere')}</span>;
  return <Link href={hrefOf(version.path)}>v{version.index}</Link>;
}
