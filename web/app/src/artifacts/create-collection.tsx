import { useState } from 'react';
import { useLocation } from 'wouter';
import { CreateCollectionDocument } from '../generated/artifacts/browser.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Icon } from '../ui/icons.tsx';
import { Refused } from '../ui/refused.tsx';

interface CreateCollectionProps {
  container: string;
  type?: string;
  /** Whether the button says what it does, where there is room. */
  isLong?: boolean;
}

/** A button and its dialog: a new series in a project, before anything is logged into it. */
export function CreateCollection({ container, type: known, isLong = false }: CreateCollectionProps) {
  const t = useT();
  const [, navigate] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [type, setType] = useState(known ?? '');
  const [description, setDescription] = useState('');
  const { run, isRunning, refusal, reset } = useChange(CreateCollectionDocument);
  const isReady = name.trim() !== '' && type.trim() !== '' && !isRunning;
  const close = () => {
    setOpen(false);
    reset();
  };
  const create = async () => {
    if (!isReady) return;
    const { payload } = await run({ container, name: name.trim(), type: type.trim(), description });
    if (!payload) return;
    close();
    navigate(hrefOf(payload.collection.path));
  };
  return (
    <>
      <Button aria-label={t('artifacts.newCollection')} onPress={() => setOpen(true)}>
        <Icon name="add" />
        {isLong && t('artifacts.newCollection')}
      </Button>
      <FormDialog
        isOpen={isOpen}
        onClose={close}
        title={t('artifacts.newCollection')}
        confirm={t('artifacts.create')}
        onConfirm={create}
        isDisabled={!isReady}
      >
        <TextField
          label={t('artifacts.type')}
          value={type}
          onChange={setType}
          hint={t('artifacts.typeHint')}
          isRequired
          autoFocus
        />
        <TextField
          label={t('artifacts.collection')}
          value={name}
          onChange={setName}
          hint={t('artifacts.nameHint')}
          isRequired
        />
        <TextField label={t('artifacts.description')} value={description} onChange={setDescription} rows={4} />
        <Refused refusal={refusal} />
      </FormDialog>
    </>
  );
}
