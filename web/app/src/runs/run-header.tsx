import { UpdateRunDocument } from '../generated/runs/run.ts';
import { formatTime } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { KindMark, StateMark } from '../ui/state.tsx';
import { TagEditor } from '../ui/tag-editor.tsx';
import { Time } from '../ui/time.tsx';
import { Duration } from './duration.tsx';
import { mayChange } from './rights.ts';
import type { ShownRun } from './run-page.tsx';

/** Kind, state and tags of a run, beside its name. */
export function RunMarks({ run }: { run: ShownRun }) {
  const update = useChange(UpdateRunDocument);
  return (
    <>
      <KindMark kind="RUN" />
      <StateMark state={run.state} />
      <TagEditor
        tags={run.tags}
        canEdit={mayChange(run)}
        onChange={async (tags) =>
          (await update.run({ runId: run.id, tags, expected: { tags: [...run.tags] } })).refusal
        }
      />
    </>
  );
}

/** A run in a line: how it stands and since when, what it does, who started it. */
export function RunAnswer({ run }: { run: ShownRun }) {
  const t = useT();
  const { locale } = useLanguage();
  const facts = [
    <span key="duration">
      {t('runs.took')} <Duration run={run} />
    </span>,
    run.jobType && (
      <span key="job" dir="auto">
        {run.jobType}
      </span>
    ),
    run.group && (
      <span key="group">
        {t('runs.group')} <span dir="auto">{run.group}</span>
      </span>
    ),
    run.createdBy && <span key="by">{t('runs.by', { name: run.createdBy.name })}</span>,
    <span key="started">
      {t('runs.startedAgo')} <Time at={run.startedAt} />
    </span>,
    run.state === 'CRASHED' && run.heartbeatAt && (
      <span key="heard">{t('runs.lastHeard', { time: formatTime(run.heartbeatAt, locale) })}</span>
    ),
    run.exitCode !== null && run.exitCode !== 0 && <span key="exit">{t('runs.exitCode', { code: run.exitCode })}</span>,
    <code key="key">{run.key}</code>,
  ].filter(Boolean);
  return facts.flatMap((fact, index) => (index ? [' · ', fact] : [fact]));
}
