import { useState } from 'react';
import { useLocation } from 'wouter';
import { DeleteDialog } from '../deletion/delete-dialog.tsx';
import { UpdateModelDocument } from '../generated/registry/model.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { hrefOf, tabHref } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Refused } from '../ui/refused.tsx';
import { GuardsSection } from './guards-section.tsx';
import type { Model } from './model-page.tsx';
import type { Right } from './place.ts';
import styles from './registry.module.css';

interface ModelSettingsProps {
  model: Model;
  right: Right;
  onChange: () => void;
}

/** Name, guards, how long versions live, and deletion of a registered model. */
export function ModelSettings({ model, right, onChange }: ModelSettingsProps) {
  const t = useT();
  const [, navigate] = useLocation();
  const [name, setName] = useState(model.name);
  const [isDeleting, setDeleting] = useState(false);
  const { run, isRunning, refusal } = useChange(UpdateModelDocument);
  const canEdit = right !== 'read';
  const mayRename = canEdit && name.trim() !== '' && name.trim() !== model.name && !isRunning;
  const rename = async () => {
    if (!mayRename) return;
    const { payload } = await run({
      collectionId: model.id,
      changes: { name: name.trim() },
      expected: { name: model.name },
    });
    if (payload) navigate(tabHref(payload.collection.path, 'settings'));
  };
  return (
    <>
      <GuardsSection owner={{ id: model.id, model: model.path }} canEdit={right === 'admin'} onChange={onChange} />
      <section className={styles.section} aria-labelledby="lifetime">
        <h2 id="lifetime">{t('registry.lifetime')}</h2>
        <p>{t('registry.lifetimeHint')}</p>
      </section>
      <section className={styles.form} aria-labelledby="general">
        <h2 id="general">{t('registry.general')}</h2>
        {canEdit ? (
          <>
            <TextField
              label={t('registry.name')}
              value={name}
              onChange={setName}
              hint={t('registry.renameHint')}
              isRequired
            />
            <Refused refusal={refusal} />
            <div className={styles.buttons}>
              <Button look="primary" isDisabled={!mayRename} onPress={() => void rename()}>
                {t('registry.rename')}
              </Button>
              <Button look="danger" onPress={() => setDeleting(true)}>
                {t('registry.deleteModel')}
              </Button>
            </div>
          </>
        ) : (
          <p className={styles.note}>{t('registry.readOnly')}</p>
        )}
      </section>
      {isDeleting && (
        <DeleteDialog
          isOpen
          name={model.name}
          things={{ collections: [model.id] }}
          onClose={() => setDeleting(false)}
          onDeleted={() => navigate(hrefOf(model.container.path))}
        />
      )}
    </>
  );
}
