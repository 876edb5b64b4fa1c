import { useState } from 'react';
import { MoveAliasDocument, type MoveMadeFragment } from '../generated/registry/promotion.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Refused } from '../ui/refused.tsx';

interface RemoveAliasDialogProps {
  collectionId: string;
  alias: { name: string; version: { id: string; index: number } };
  onClose: () => void;
  onMoved: (move: MoveMadeFragment) => void;
}

/** Takes an alias away from where it points now. Its history stays, and it can be put back. */
export function RemoveAliasDialog({ collectionId, alias, onClose, onMoved }: RemoveAliasDialogProps) {
  const t = useT();
  const [reason, setReason] = useState('');
  const { run, isRunning, refusal } = useChange(MoveAliasDocument);
  const remove = async () => {
    if (isRunning) return;
    const move = { collection: collectionId, name: alias.name, version: null, expectedVersion: alias.version.id };
    const { payload } = await run({ moves: [move], reason });
    const made = payload?.aliases[0];
    if (made) onMoved(made);
  };
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={t('registry.removeAliasTitle', { alias: alias.name, version: `v${alias.version.index}` })}
      confirm={t('registry.removeAlias')}
      onConfirm={remove}
      isDisabled={isRunning}
      look="danger"
    >
      <p>{t('registry.removeAliasHint')}</p>
      <TextField label={t('registry.reason')} value={reason} onChange={setReason} rows={2} autoFocus />
      <Refused refusal={refusal} />
    </FormDialog>
  );
}
