import { useState } from 'react';
import { useLocation } from 'wouter';
import { CreateProjectDocument } from '../generated/home/containers.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useViewer } from '../lib/places.ts';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';

/** A button and its dialog: a new project of an entity in which the viewer may make one. */
export function CreateProject({ entity }: { entity?: string }) {
  const t = useT();
  const [, navigate] = useLocation();
  const viewer = useViewer();
  const owners = viewer.entities.filter((one) => one.viewerRole === 'MEMBER' || one.viewerRole === 'ADMIN');
  const [isOpen, setOpen] = useState(false);
  const [owner, setOwner] = useState(entity ?? viewer.defaultEntity.name);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const { run, isRunning, refusal, reset } = useChange(CreateProjectDocument);
  const close = () => {
    setOpen(false);
    reset();
  };
  const create = async () => {
    if (!name.trim() || isRunning) return;
    const { payload } = await run({ entity: owner, name: name.trim(), description });
    if (!payload) return;
    close();
    navigate(hrefOf(payload.project.path));
  };
  if (viewer.isReadOnly || (entity ? !owners.some((one) => one.name === entity) : !owners.length)) return null;
  return (
    <>
      <Button onPress={() => setOpen(true)}>{t('home.newProject')}</Button>
      <FormDialog
        isOpen={isOpen}
        onClose={close}
        title={t('home.newProject')}
        confirm={t('home.create')}
        onConfirm={create}
        isDisabled={!name.trim() || isRunning}
      >
        {!entity && (
          <Select
            label={t('home.owner')}
            value={owner}
            onChange={setOwner}
            options={owners.map((one) => ({ value: one.name, label: one.name }))}
          />
        )}
        <TextField
          label={t('home.name')}
          value={name}
          onChange={setName}
          hint={t('home.nameHint')}
          error={refusal?.message}
          isRequired
          autoFocus
        />
        <TextField label={t('home.description')} value={description} onChange={setDescription} rows={3} />
      </FormDialog>
    </>
  );
}
