import { useState } from 'react';
import { useLocation } from 'wouter';
import { CreateRegistryDocument } from '../generated/home/containers.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useViewer } from '../lib/places.ts';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';

type Visibility = 'ENTITY' | 'RESTRICTED';

/** A button and its dialog: a new registry of an entity. */
export function CreateRegistry({ entity }: { entity: string }) {
  const t = useT();
  const [, navigate] = useLocation();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [visibility, setVisibility] = useState<Visibility>('ENTITY');
  const [aliases, setAliases] = useState('production');
  const { run, isRunning, refusal, reset } = useChange(CreateRegistryDocument);
  const role = viewer.entities.find((one) => one.name === entity)?.viewerRole;
  const close = () => {
    setOpen(false);
    reset();
  };
  const create = async () => {
    if (!name.trim() || isRunning) return;
    const protectedAliases = aliases
      .split(/[,、]/)
      .map((alias) => alias.trim())
      .filter((alias) => alias !== '');
    const { payload } = await run({ entity, name: name.trim(), description, visibility, protectedAliases });
    if (!payload) return;
    close();
    navigate(hrefOf(payload.registry.path));
  };
  if (viewer.isReadOnly || role !== 'ADMIN') return null;
  return (
    <>
      <Button onPress={() => setOpen(true)}>{t('entity.newRegistry')}</Button>
      <FormDialog
        isOpen={isOpen}
        onClose={close}
        title={t('entity.newRegistry')}
        confirm={t('home.create')}
        onConfirm={create}
        isDisabled={!name.trim() || isRunning}
      >
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
        <Select
          label={t('entity.visibility')}
          value={visibility}
          onChange={setVisibility}
          options={[
            { value: 'ENTITY', label: t('entity.open'), hint: t('entity.openHint') },
            { value: 'RESTRICTED', label: t('entity.restricted'), hint: t('entity.restrictedHint') },
          ]}
        />
        <TextField
          label={t('entity.protected')}
          value={aliases}
          onChange={setAliases}
          hint={t('entity.protectedHint')}
        />
      </FormDialog>
    </>
  );
}
