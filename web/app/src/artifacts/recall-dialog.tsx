import { useState } from 'react';
import { RecallVersionDocument } from '../generated/artifacts/version-changes.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { Refused } from '../ui/refused.tsx';

interface RecallDialogProps {
  version: { id: string; name: string };
  onClose: () => void;
  onRecalled: () => void;
}

/** Marks a version, and with it all that came from it, as bad. */
export function RecallDialog({ version, onClose, onRecalled }: RecallDialogProps) {
  const t = useT();
  const [severity, setSeverity] = useState<'WARNING' | 'CRITICAL'>('WARNING');
  const [reason, setReason] = useState('');
  const { run, isRunning, refusal } = useChange(RecallVersionDocument);
  const isReady = reason.trim() !== '' && !isRunning;
  const recall = async () => {
    if (!isReady) return;
    const { payload } = await run({ versionId: version.id, reason: reason.trim(), severity });
    if (payload) onRecalled();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('artifacts.recallTitle', { name: version.name })}
      onConfirm={() => void recall()}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button look="danger" isDisabled={!isReady} onPress={() => void recall()}>
            {t('artifacts.recall')}
          </Button>
        </>
      }
    >
      <Select
        label={t('artifacts.severity')}
        value={severity}
        onChange={setSeverity}
        options={[
          { value: 'WARNING', label: t('artifacts.severityWarning'), hint: t('artifacts.severityWarningHint') },
          { value: 'CRITICAL', label: t('artifacts.severityCritical'), hint: t('artifacts.severityCriticalHint') },
        ]}
      />
      <TextField
        label={t('artifacts.reason')}
        value={reason}
        onChange={setReason}
        rows={4}
        hint={t('artifacts.recallHint')}
        isRequired
        autoFocus
      />
      <Refused refusal={refusal} />
    </Dialog>
  );
}
