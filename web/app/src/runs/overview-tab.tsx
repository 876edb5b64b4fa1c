import { RunOverviewDocument, UpdateRunDocument } from '../generated/runs/run.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { usePolling } from '../lib/polling.ts';
import { EditableText } from '../ui/editable-text.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import { Environment } from './environment.tsx';
import { LeafTable } from './leaf-table.tsx';
import { mayChange } from './rights.ts';
import styles from './run-page.module.css';
import type { ShownRun } from './run-page.tsx';

const EVERY_MS = 5000;

/** What a run was given and what it came to, the notes on it, and where it ran. */
export function OverviewTab({ run, isRunning }: { run: ShownRun; isRunning: boolean }) {
  const t = useT();
  const update = useChange(UpdateRunDocument);
  const { data, error, reload } = useData(RunOverviewDocument, { path: run.path });
  usePolling(reload, isRunning ? EVERY_MS : null);
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!data?.run) return <Loading />;
  return (
    <>
      <EditableText
        label={t('runs.notes')}
        text={run.notes}
        placeholder={t('runs.noNotes')}
        canEdit={mayChange(run)}
        onSave={async (notes, known) =>
          (await update.run({ runId: run.id, notes, expected: { notes: known } })).refusal
        }
      />
      <div className={styles.halves}>
        <LeafTable title={t('runs.config')} document={data.run.config} empty={t('runs.noConfig')} />
        <LeafTable title={t('runs.summary')} document={data.run.summary} empty={t('runs.noSummary')} />
      </div>
      <Environment run={data.run} files={data.run.files.edges.map((edge) => edge.node)} />
    </>
  );
}
