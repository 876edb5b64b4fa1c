import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { AliasChip } from '../ui/chips.tsx';
import { Time } from '../ui/time.tsx';
import { End } from './move-record.tsx';
import type { Place } from './place.ts';
import { RecallMarks } from './recall-marks.tsx';
import styles from './registry.module.css';
import { localOf, momentFromLocal } from './timeline.ts';
import type { Lane } from './use-lanes.ts';

interface AsOfProps {
  lanes: readonly Lane[];
  place: Place;
  /** Null is now. */
  moment: number | null;
  /** Takes a time as text; null goes back to now. */
  onChange: (moment: string | null) => void;
  /** Whether an alias was removed and may be brought back. */
  mayRestore: (alias: string) => boolean;
  onRestore: (alias: string) => void;
}

/** "Which version was in production then?": where each alias pointed at one moment. */
export function AsOf({ lanes, place, moment, onChange, mayRestore, onRestore }: AsOfProps) {
  const t = useT();
  return (
    <section className={styles.section} aria-labelledby="as-of">
      <h2 id="as-of">{moment === null ? t('timeline.asOfNow') : t('timeline.asOf')}</h2>
      <div className={styles.row}>
        <label className={styles.moment}>
          {t('timeline.moment')}
          <input
            type="datetime-local"
            step={1}
            className={styles.date}
            value={moment === null ? '' : localOf(moment)}
            onChange={(event) => {
              const next = momentFromLocal(event.target.value);
              onChange(next === null ? null : new Date(next).toISOString());
            }}
          />
        </label>
        {moment !== null && <Button onPress={() => onChange(null)}>{t('timeline.backToNow')}</Button>}
      </div>
      <ul className={styles.list}>
        {lanes.map((lane) => (
          <li key={lane.name} className={styles.item}>
            <AliasChip name={lane.name} isProtected={place.protectedAliases.has(lane.name)} />→
            <End version={lane.asOf?.move.to} />
            {lane.asOf && (
              <span className={styles.main}>
                <span className={styles.note}>
                  {t('timeline.since')} <Time at={lane.asOf.move.at} />
                  {lane.asOf.move.by && `, ${lane.asOf.move.by.name}`}
                </span>{' '}
                <RecallMarks recalls={lane.asOf.move.to?.recalls ?? []} />
                {moment !== null && lane.asOf.isProvisional && (
                  <span className={styles.note}> · {t('timeline.provisional')}</span>
                )}
              </span>
            )}
            {mayRestore(lane.name) && (
              <Button
                onPress={() => onRestore(lane.name)}
                aria-label={t('timeline.restoreAlias', { alias: lane.name })}
              >
                {t('timeline.restore')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
