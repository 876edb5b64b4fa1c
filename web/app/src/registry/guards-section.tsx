import { useState } from 'react';
import {
  type GuardFieldsFragment,
  ModelGuardsDocument,
  RegistryGuardsDocument,
  RemoveGuardDocument,
} from '../generated/registry/guards.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { Button } from '../ui/button.tsx';
import { AliasChip } from '../ui/chips.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { Time } from '../ui/time.tsx';
import { GuardDialog } from './guard-dialog.tsx';
import styles from './registry.module.css';
import { useRuleText } from './rule-text.ts';

/** What bears guards: a registry, for all of its models, or one model. */
export type GuardOwner = { id: string; registry: string } | { id: string; model: string };

interface GuardsSectionProps {
  owner: GuardOwner;
  canEdit: boolean;
  /** Called after a change, for what else shows guards. */
  onChange?: () => void;
}

/** Rules that a version must meet before an alias may point at it; of a model also those of its registry. */
export function GuardsSection({ owner, canEdit, onChange }: GuardsSectionProps) {
  const t = useT();
  const ofModel = 'model' in owner;
  const path = ofModel ? owner.model : owner.registry;
  const registry = useData(RegistryGuardsDocument, { path }, { isPaused: ofModel });
  const model = useData(ModelGuardsDocument, { path }, { isPaused: !ofModel });
  const { data, error, reload } = ofModel ? model : registry;
  const container = model.data?.collection?.container;
  const own = (ofModel ? model.data?.collection?.guards : registry.data?.registry?.guards) ?? [];
  const inherited = container?.__typename === 'Registry' ? container.guards : [];
  const [edited, edit] = useState<GuardFieldsFragment | 'new' | null>(null);
  const [removed, remove] = useState<GuardFieldsFragment | null>(null);
  const changed = () => {
    edit(null);
    remove(null);
    reload();
    onChange?.();
  };
  return (
    <section className={styles.section} aria-labelledby="guards">
      <h2 id="guards">{t('registry.guards')}</h2>
      <p className={styles.note}>{t(ofModel ? 'registry.modelGuardsHint' : 'registry.guardsHint')}</p>
      {error && <Failure error={error} onRetry={reload} />}
      {!data && !error && <Loading lines={2} />}
      {data && own.length + inherited.length === 0 && <p>{t('registry.noGuards')}</p>}
      <GuardList guards={inherited} />
      <GuardList guards={own} onEdit={canEdit ? edit : undefined} onRemove={canEdit ? remove : undefined} />
      {canEdit ? (
        <Button onPress={() => edit('new')}>{t('registry.newGuard')}</Button>
      ) : (
        <p className={styles.note}>{t('registry.onlyAdmins')}</p>
      )}
      {edited && (
        <GuardDialog
          ownerId={owner.id}
          guard={edited === 'new' ? null : edited}
          onClose={() => edit(null)}
          onSaved={changed}
        />
      )}
      {removed && <RemoveDialog ownerId={owner.id} guard={removed} onClose={() => remove(null)} onRemoved={changed} />}
    </section>
  );
}

interface GuardListProps {
  guards: readonly GuardFieldsFragment[];
  onEdit?: (guard: GuardFieldsFragment) => void;
  onRemove?: (guard: GuardFieldsFragment) => void;
}

function GuardList({ guards, onEdit, onRemove }: GuardListProps) {
  const t = useT();
  const textOf = useRuleText();
  if (!guards.length) return null;
  return (
    <ul className={styles.list}>
      {guards.map((guard) => (
        <li key={`${guard.owner.id}${guard.name}`} className={styles.item}>
          <AliasChip name={guard.name} />
          <span className={styles.main}>
            {guard.rules.map((rule) => (
              <div key={rule.text} dir="auto">
                {textOf(rule)}
              </div>
            ))}
            <div className={styles.note}>
              {guard.owner.__typename === 'Registry' && !onEdit && `${t('registry.ofRegistry')} · `}
              {t('registry.setBy', { name: guard.setBy?.name ?? t('registry.somebody') })} <Time at={guard.setAt} />
            </div>
          </span>
          <span className={styles.buttons}>
            {onEdit && (
              <Button onPress={() => onEdit(guard)} aria-label={`${t('ui.edit')} · ${guard.name}`}>
                {t('ui.edit')}
              </Button>
            )}
            {onRemove && (
              <Button
                look="danger"
                onPress={() => onRemove(guard)}
                aria-label={`${t('registry.remove')} · ${guard.name}`}
              >
                {t('registry.remove')}
              </Button>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

interface RemoveDialogProps {
  ownerId: string;
  guard: GuardFieldsFragment;
  onClose: () => void;
  onRemoved: () => void;
}

function RemoveDialog({ ownerId, guard, onClose, onRemoved }: RemoveDialogProps) {
  const t = useT();
  const { run, isRunning, refusal } = useChange(RemoveGuardDocument);
  const remove = async () => {
    if (!isRunning && (await run({ owner: ownerId, name: guard.name })).payload) onRemoved();
  };
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={t('registry.removeGuardTitle', { alias: guard.name })}
      confirm={t('registry.remove')}
      onConfirm={remove}
      isDisabled={isRunning}
      look="danger"
    >
      <p>{t('registry.removeGuardHint')}</p>
      <Refused refusal={refusal} />
    </FormDialog>
  );
}
