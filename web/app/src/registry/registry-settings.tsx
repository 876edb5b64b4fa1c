import { useState } from 'react';
import { useLocation } from 'wouter';
import { DeleteDialog } from '../deletion/delete-dialog.tsx';
import { UpdateRegistryDocument } from '../generated/registry/registry.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { hrefOf, tabHref } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { type Right, wordsOf } from './place.ts';
import styles from './registry.module.css';
import type { Registry } from './registry-page.tsx';

type Visibility = Registry['visibility'];

/** Name, who sees it, what it takes and which aliases only admins move. Saved only over what the viewer saw. */
export function RegistrySettings({ registry, right }: { registry: Registry; right: Right }) {
  const t = useT();
  const [, navigate] = useLocation();
  const [name, setName] = useState(registry.name);
  const [visibility, setVisibility] = useState<Visibility>(registry.visibility);
  const [types, setTypes] = useState(registry.artifactTypes.join(', '));
  const [locked, setLocked] = useState(registry.protectedAliases.join(', '));
  const [isSaved, setSaved] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const { run, isRunning, refusal } = useChange(UpdateRegistryDocument);
  if (right !== 'admin') return <ReadOnlySettings registry={registry} />;
  const changes = changesOf(registry, { name, visibility, types: wordsOf(types), locked: wordsOf(locked) });
  const save = async () => {
    if (!changes || isRunning) return;
    const { payload } = await run({ registryId: registry.id, ...changes });
    setSaved(payload !== null);
    if (payload && payload.registry.path !== registry.path) navigate(tabHref(payload.registry.path, 'settings'));
  };
  return (
    <section className={styles.form} aria-label={t('registry.settings')}>
      <h2>{t('registry.general')}</h2>
      <TextField
        label={t('registry.name')}
        value={name}
        onChange={setName}
        hint={t('registry.renameHint')}
        isRequired
      />
      <Select
        label={t('registry.visibility')}
        value={visibility}
        onChange={setVisibility}
        options={[
          { value: 'ENTITY', label: t('registry.open'), hint: t('registry.openHint') },
          { value: 'RESTRICTED', label: t('registry.restricted'), hint: t('registry.restrictedHint') },
        ]}
      />
      <TextField label={t('registry.types')} value={types} onChange={setTypes} hint={t('registry.typesHint')} />
      <TextField
        label={t('registry.protectedAliases')}
        value={locked}
        onChange={setLocked}
        hint={t('registry.protectedHint')}
      />
      <Refused refusal={refusal} />
      <div className={styles.buttons}>
        <Button look="primary" isDisabled={!changes || isRunning} onPress={() => void save()}>
          {t('ui.save')}
        </Button>
        <Button look="danger" onPress={() => setDeleting(true)}>
          {t('registry.deleteRegistry')}
        </Button>
        <span role="status">{isSaved && !changes && t('registry.saved')}</span>
      </div>
      {isDeleting && (
        <DeleteDialog
          isOpen
          name={registry.name}
          things={{ projects: [registry.id] }}
          onClose={() => setDeleting(false)}
          onDeleted={() => navigate(hrefOf(registry.entity.name))}
        />
      )}
    </section>
  );
}

function ReadOnlySettings({ registry }: { registry: Registry }) {
  const t = useT();
  const words = (names: readonly string[]) => names.join(', ') || t('registry.any');
  return (
    <section className={styles.form} aria-label={t('registry.settings')}>
      <h2>{t('registry.general')}</h2>
      <Notice tone="info">{t('registry.onlyAdmins')}</Notice>
      <p>
        {t('registry.visibility')}: {t(registry.visibility === 'RESTRICTED' ? 'registry.restricted' : 'registry.open')}
      </p>
      <p dir="auto">
        {t('registry.types')}: {words(registry.artifactTypes)}
      </p>
      <p dir="auto">
        {t('registry.protectedAliases')}: {registry.protectedAliases.join(', ') || t('ui.none')}
      </p>
    </section>
  );
}

interface Settings {
  name: string;
  visibility: Visibility;
  types: string[];
  locked: string[];
}

/** What differs from the registry as the viewer saw it, and what it was; null when nothing does. */
function changesOf(registry: Registry, wanted: Settings) {
  const is = (one: readonly string[], other: readonly string[]) => one.join('\n') === other.join('\n');
  const next = {
    ...(wanted.name.trim() !== registry.name && { name: wanted.name.trim() }),
    ...(wanted.visibility !== registry.visibility && { visibility: wanted.visibility }),
    ...(!is(wanted.types, registry.artifactTypes) && { artifactTypes: wanted.types }),
    ...(!is(wanted.locked, registry.protectedAliases) && { protectedAliases: wanted.locked }),
  };
  const names = Object.keys(next) as (keyof typeof next)[];
  if (!names.length) return null;
  const { name, visibility, artifactTypes, protectedAliases } = registry;
  const before = { name, visibility, artifactTypes: [...artifactTypes], protectedAliases: [...protectedAliases] };
  const expected = Object.fromEntries(names.map((field) => [field, before[field]]));
  return { changes: next, expected };
}
