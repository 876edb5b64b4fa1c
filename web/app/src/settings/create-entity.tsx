import { useState } from 'react';
import { useLocation } from 'wouter';
import { CreateEntityDocument } from '../generated/entity/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useViewer } from '../lib/places.ts';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';

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
      <Dialog
        isOpen={isOpen}
        onClose={close}
        title={t('settings.newTeam')}
        onConfirm={() => void create()}
        actions={
          <>
            <Button onPress={close}>{t('ui.cancel')}</Button>
            <Button look="primary" isDisabled={!name.trim() || isRunning} onPress={() => void create()}>
              {t('home.create')}
            </Button>
          </>
        }
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
      </Dialog>
    </div>
  );
}
