import { useState } from 'react';
import { RecallReachDocument, RecallVersionDocument } from '../generated/registry/recalls.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import type { Recalled } from './recalled-notice.tsx';
import { VersionPicker } from './version-picker.tsx';

interface RecallDialogProps {
  /** The version to recall; without it the viewer picks one, to begin with among those of `place`. */
  versionId?: string;
  /** The name of that version. */
  name?: string;
  place?: string;
  onClose: () => void;
  onRecalled: (version: Recalled | null) => void;
}

/** Marks a version as bad, with all that came from it: says first what that reaches. */
export function RecallDialog({ versionId, name, place = '', onClose, onRecalled }: RecallDialogProps) {
  const t = useT();
  const [picked, pick] = useState<string | null>(versionId ?? null);
  const [severity, setSeverity] = useState<'WARNING' | 'CRITICAL'>('WARNING');
  const [reason, setReason] = useState('');
  const { run, isRunning, refusal } = useChange(RecallVersionDocument);
  const mayRecall = picked !== null && reason.trim() !== '' && !isRunning;
  const recall = async () => {
    if (!mayRecall) return;
    const { payload } = await run({ versionId: picked, reason: reason.trim(), severity });
    if (payload) onRecalled(payload.recall.version);
  };
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={name ? t('recall.recallTitle', { name }) : t('recall.recallOne')}
      confirm={t('recall.recall')}
      onConfirm={recall}
      isDisabled={!mayRecall}
      look="danger"
    >
      {!versionId && <VersionPicker value={picked} onChange={pick} start={place} />}
      {picked && <Reach versionId={picked} />}
      <Select
        label={t('recall.severity')}
        value={severity}
        onChange={setSeverity}
        options={[
          { value: 'WARNING', label: t('registry.warning'), hint: t('recall.warningHint') },
          { value: 'CRITICAL', label: t('registry.critical'), hint: t('recall.criticalHint') },
        ]}
      />
      <TextField
        label={t('registry.reason')}
        value={reason}
        onChange={setReason}
        rows={3}
        hint={t('recall.reasonHint')}
        isRequired
        autoFocus={Boolean(versionId)}
      />
      <Refused refusal={refusal} />
    </FormDialog>
  );
}

/** How much came of a version: what a recall of it reaches. */
function Reach({ versionId }: { versionId: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const { data } = useData(RecallReachDocument, { id: versionId });
  const node = data?.node;
  if (!node || !('impact' in node)) return null;
  const { totals, isComplete } = node.impact;
  return (
    <Notice tone="info">
      <span dir="auto">{node.path}</span>
      <span>
        {t('recall.reach', {
          versions: formatCount(totals.versions + totals.registryVersions, locale),
          runs: formatCount(totals.runs, locale),
          models: formatCount(totals.collections, locale),
        })}
        {!isComplete && ` ${t('recall.reachMore')}`}
      </span>
    </Notice>
  );
}
