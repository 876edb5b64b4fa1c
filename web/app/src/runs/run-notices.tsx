import { useState } from 'react';
import { Link } from 'wouter';
import { RestoreDocument } from '../generated/deletion/queries.ts';
import { RunRecallsDocument } from '../generated/runs/run.ts';
import { formatTime } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Markdown } from '../ui/markdown.tsx';
import { describeError, Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { Time } from '../ui/time.tsx';
import { isMember } from './rights.ts';
import styles from './run-page.module.css';
import type { ShownRun } from './run-page.tsx';

const SHOWN_ALERTS = 3;

/** What one has to know of a run before all else: that it was deleted, recalls upstream, its alerts. */
export function RunNotices({ run, onChanged }: { run: ShownRun; onChanged: () => void }) {
  return (
    <>
      {run.ending && <Deleted run={run} onRestored={onChanged} />}
      <Recalls path={run.path} />
      {run.alerts.length > 0 && <Alerts alerts={run.alerts} />}
    </>
  );
}

function Deleted({ run, onRestored }: { run: ShownRun; onRestored: () => void }) {
  const t = useT();
  const { locale } = useLanguage();
  const restore = useChange(RestoreDocument);
  const ending = run.ending;
  if (!ending) return null;
  const isRestorable = ending.deletion !== null && Date.parse(ending.restorableUntil) > Date.now();
  const values = { time: formatTime(ending.endedAt, locale), name: ending.endedBy?.name ?? t('runs.somebody') };
  return (
    <Notice tone="danger">
      <span>
        {t('runs.deleted', values)}{' '}
        {isRestorable && t('runs.restorable', { time: formatTime(ending.restorableUntil, locale) })}
      </span>
      {isRestorable && isMember(run) && (
        <Button
          isDisabled={restore.isRunning}
          onPress={async () => {
            const { payload } = await restore.run({ deletion: ending.deletion });
            if (payload) onRestored();
          }}
        >
          {t('runs.restore')}
        </Button>
      )}
      <Refused refusal={restore.refusal} />
    </Notice>
  );
}

function Recalls({ path }: { path: string }) {
  const t = useT();
  const { data, error } = useData(RunRecallsDocument, { path });
  if (error) return <Notice>{t('runs.recallsUnknown', { reason: describeError(error).message })}</Notice>;
  const recalls = data?.run?.recalls ?? [];
  return recalls.map((recall) => (
    <Notice key={recall.id} tone={recall.severity === 'CRITICAL' ? 'danger' : 'warning'}>
      <strong>{recall.severity === 'CRITICAL' ? t('runs.recalledCritical') : t('runs.recalledWarning')}</strong>
      {recall.version ? (
        <Link href={hrefOf(recall.version.path)} dir="auto">
          {recall.version.name}
        </Link>
      ) : (
        <span>{t('runs.recalledHidden')}</span>
      )}
      {recall.reason && <span dir="auto">{recall.reason}</span>}
      {recall.distance !== null && <span>{t('runs.recallDistance', { count: recall.distance })}</span>}
    </Notice>
  ));
}

function Alerts({ alerts }: { alerts: ShownRun['alerts'] }) {
  const t = useT();
  const [areAllShown, showAll] = useState(false);
  // The newest matter most, and come last from the server.
  const newest = [...alerts].reverse();
  const shown = areAllShown ? newest : newest.slice(0, SHOWN_ALERTS);
  return (
    <section className={styles.alerts} aria-label={t('runs.alerts')}>
      {shown.map((alert) => (
        <Notice key={alert.id} tone={alert.level === 'ERROR' ? 'danger' : alert.level === 'WARN' ? 'warning' : 'info'}>
          <span className={styles.level}>{t(`runs.alert.${alert.level}`)}</span>
          <strong dir="auto">{alert.title}</strong>
          <Time at={alert.raisedAt ?? alert.at} />
          {alert.text && <Markdown text={alert.text} />}
        </Notice>
      ))}
      {newest.length > shown.length && (
        <span>
          <Button look="quiet" onPress={() => showAll(true)}>
            {t('runs.moreAlerts', { count: newest.length - shown.length })}
          </Button>
        </span>
      )}
    </section>
  );
}
