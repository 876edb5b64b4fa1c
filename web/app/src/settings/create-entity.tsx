import { useState } from 'react';
import { useLocation } from 'wouter';
import { CreateEntityDocument } from '../generated/entity/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useViewer } from '../lib/places.ts';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';

/** A button and its dialog: a new team, of which the viewer is the first admin. */
export function CreateEntity() {
  const t = useT();
  const [, navigate] = useLocation();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const { run, isRunning, refusal, reset } = useChange(CreateEntityDocument);
  const close = () => {
    setOpen(false);
    reset();
  };
  const create = async () => {
    if (!name.trim() || isRunning) return;
    const { payload } = await run({ name: name.trim() });
    if (payload) navigate(hrefOf(payload.entity.name));
  };
  if (viewer.isReadOnly) return null;
  return (
    <div>
      <Button onPress={() => setOpen(true)}>{t('settings.newTeam')}</Button>
      <FormDialog
        isOpen={isOpen}
        onClose={close}
        title={t('settings.newTeam')}
        confirm={t('home.create')}
        onConfirm={create}
        isDisabled={!name.trim() || isRunning}
      >
        <TextField
          label={t('home.name')}
          value={name}
          onChange={setName}
          hint={t('settings.teamHint')}
          error={refusal?.message}
          isRequired
          autoFocus
        />
      </FormDialog>
    </div>
  );
}
