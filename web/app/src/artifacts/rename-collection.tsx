import { useState } from 'react';
import { useLocation } from 'wouter';
import { ChangeCollectionDocument } from '../generated/artifacts/collection.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { hrefOf } from '../lib/routes.ts';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Refused } from '../ui/refused.tsx';

interface RenameCollectionProps {
  collection: { id: string; name: string };
  isOpen: boolean;
  onClose: () => void;
}

/** Gives a series another name; the former one goes on leading to it. */
export function RenameCollection({ collection, isOpen, onClose }: RenameCollectionProps) {
  const t = useT();
  const [, navigate] = useLocation();
  const [name, setName] = useState(collection.name);
  const { run, isRunning, refusal, reset } = useChange(ChangeCollectionDocument);
  const isReady = name.trim() !== '' && name.trim() !== collection.name && !isRunning;
  const close = () => {
    reset();
    setName(collection.name);
    onClose();
  };
  const rename = async () => {
    if (!isReady) return;
    const { payload } = await run({
      collectionId: collection.id,
      changes: { name: name.trim() },
      expected: { name: collection.name },
    });
    if (!payload) return;
    onClose();
    navigate(hrefOf(payload.collection.path), { replace: true });
  };
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={close}
      title={t('artifacts.renameTitle', { name: collection.name })}
      confirm={t('artifacts.rename')}
      onConfirm={rename}
      isDisabled={!isReady}
    >
      <TextField
        label={t('artifacts.newName')}
        value={name}
        onChange={setName}
        hint={t('artifacts.renameHint')}
        isRequired
        autoFocus
      />
      <Refused refusal={refusal} />
    </FormDialog>
  );
}
