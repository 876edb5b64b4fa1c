import { useState } from 'react';
import { useLocation } from 'wouter';
import { CreateModelDocument, WritableContainersDocument } from '../generated/registry/registry.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { useViewer } from '../lib/places.ts';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Refused } from '../ui/refused.tsx';
import { wordsOf } from './place.ts';

/** A button and its dialog: a new registered model, in a registry or a project of an entity of the viewer. */
export function CreateModel({ entity, container }: { entity: string; container: string }) {
  const t = useT();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button look="primary" onPress={() => setOpen(true)}>
        {t('registry.newModel')}
      </Button>
      {isOpen && <CreateDialog entity={entity} container={container} onClose={() => setOpen(false)} />}
    </>
  );
}

function CreateDialog(props: { entity: string; container: string; onClose: () => void }) {
  const t = useT();
  const viewer = useViewer();
  const [, navigate] = useLocation();
  const [entity, setEntity] = useState(props.entity);
  const [container, setContainer] = useState(props.container);
  const [name, setName] = useState('');
  const [type, setType] = useState('model');
  const [tags, setTags] = useState('');
  const [description, setDescription] = useState('');
  const places = usePlaces(entity);
  const { run, isRunning, refusal } = useChange(CreateModelDocument);
  const place = places.find((one) => one.value === container) ?? null;
  const mayCreate = name.trim() !== '' && type.trim() !== '' && place !== null && !isRunning;
  const create = async () => {
    if (!mayCreate) return;
    const facts = { name: name.trim(), type: type.trim(), description, tags: wordsOf(tags) };
    const { payload } = await run({ container, kind: 'REGISTRY', ...facts });
    if (payload) navigate(hrefOf(payload.collection.path));
  };
  return (
    <FormDialog
      isOpen
      onClose={props.onClose}
      title={t('registry.newModel')}
      confirm={t('registry.create')}
      onConfirm={create}
      isDisabled={!mayCreate}
    >
      <Select
        label={t('registry.owner')}
        value={entity}
        options={viewer.entities
          .filter((one) => one.viewerRole !== 'VIEWER' && one.viewerRole !== null)
          .map((one) => ({ value: one.name, label: one.name }))}
        onChange={setEntity}
      />
      <Select
        label={t('registry.place')}
        value={place?.value ?? null}
        placeholder={t('registry.choose')}
        options={places}
        onChange={setContainer}
      />
      <TextField
        label={t('registry.name')}
        value={name}
        onChange={setName}
        hint={t('registry.nameHint')}
        isRequired
        autoFocus
      />
      <TextField
        label={t('registry.type')}
        value={type}
        onChange={setType}
        hint={
          place?.types.length ? t('registry.typesTaken', { types: place.types.join(', ') }) : t('registry.typeHint')
        }
        isRequired
      />
      <TextField label={t('registry.tags')} value={tags} onChange={setTags} hint={t('registry.wordsHint')} />
      <TextField
        label={t('registry.card')}
        value={description}
        onChange={setDescription}
        rows={6}
        hint={t('registry.cardHint')}
      />
      <Refused refusal={refusal} />
    </FormDialog>
  );
}

interface PlaceOption {
  value: string;
  label: string;
  hint: string;
  types: readonly string[];
}

/** The registries and projects of an entity in which the viewer may make registered models. */
export function usePlaces(entity: string): PlaceOption[] {
  const t = useT();
  const viewer = useViewer();
  const { data } = useData(WritableContainersDocument, { entity });
  const role = viewer.entities.find((one) => one.name === entity)?.viewerRole;
  const registries = (data?.registries.edges ?? [])
    .map((edge) => edge.node)
    .filter((one) => one.viewerRole === 'MEMBER' || one.viewerRole === 'ADMIN')
    .map((one) => ({ value: one.path, label: one.name, hint: t('registry.registry'), types: one.artifactTypes }));
  const projects = (role === 'VIEWER' || !role ? [] : (data?.projects.edges ?? []))
    .map((edge) => edge.node)
    .map((one) => ({ value: one.path, label: one.name, hint: t('registry.project'), types: [] }));
  return [...registries, ...projects];
}
