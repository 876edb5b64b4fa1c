import { useState } from 'react';
import { LinkedVersionDocument, LinkTargetsDocument, type LinkTargetsQuery } from '../generated/registry/links.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useSettled } from '../lib/patience.ts';
import { useViewer } from '../lib/places.ts';
import { AliasChips } from '../ui/chips.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { Failure } from '../ui/notices.tsx';
import { usePlaces } from './create-model.tsx';
import { placeOf, rightIn } from './place.ts';
import styles from './registry.module.css';

/** The registered model that a version is linked to. */
export type Target =
  | { kind: 'existing'; id: string; path: string; protectedAliases: string[]; guardedAliases: string[] }
  | { kind: 'new'; container: string; name: string };

/** The path of a target as the API takes it; null while its name is empty. */
export function targetPath(target: Target): string | null {
  if (target.kind === 'existing') return target.path;
  return target.container && target.name.trim() ? `${target.container}/${target.name.trim()}` : null;
}

type Model = LinkTargetsQuery['collections']['edges'][number]['node'];

interface LinkTargetProps {
  versionId: string;
  value: Target | null;
  onChange: (target: Target | null) => void;
}

const TYPING_MS = 250;

/** Chooses among the registered models of the version's type that the viewer may link to, or names a new one. */
export function LinkTarget({ versionId, value, onChange }: LinkTargetProps) {
  const t = useT();
  const [text, setText] = useState('');
  const search = useSettled(text.trim(), TYPING_MS);
  const linked = useData(LinkedVersionDocument, { id: versionId });
  const node = linked.data?.node;
  const type = node && 'type' in node ? node.type : null;
  const variables = { search: search || null, types: type === null ? null : [type] };
  const { data, error, reload } = useData(LinkTargetsDocument, variables, { isPaused: type === null });
  const models = data?.collections.edges.map((edge) => edge.node) ?? [];
  return (
    <>
      <TextField
        label={t('link.target')}
        value={text}
        onChange={setText}
        placeholder={t('registry.findHint')}
        autoFocus
      />
      {error && <Failure error={error} onRetry={reload} />}
      <div role="radiogroup" aria-label={t('link.target')} className={styles.choices}>
        {models.map((model) => (
          <ModelChoice key={model.id} model={model} value={value} onChange={onChange} />
        ))}
        <label className={styles.choice}>
          <input
            type="radio"
            name="target"
            checked={value?.kind === 'new'}
            onChange={() => onChange({ kind: 'new', container: '', name: text.trim() })}
          />
          {t('link.newModel')}
        </label>
      </div>
      {data && data.collections.totalCount > models.length && (
        <p className={styles.note}>{t('link.more', { count: data.collections.totalCount - models.length })}</p>
      )}
      {value?.kind === 'new' && <NewModel value={value} onChange={onChange} />}
    </>
  );
}

interface ModelChoiceProps {
  model: Model;
  value: Target | null;
  onChange: (target: Target) => void;
}

function ModelChoice({ model, value, onChange }: ModelChoiceProps) {
  const t = useT();
  const viewer = useViewer();
  const place = placeOf(model);
  const mayLink = rightIn(place.role, viewer.isReadOnly) !== 'read';
  const target: Target = {
    kind: 'existing',
    id: model.id,
    path: model.path,
    protectedAliases: rightIn(place.role, viewer.isReadOnly) === 'admin' ? [] : [...place.protectedAliases],
    guardedAliases: [...place.guardedAliases],
  };
  return (
    <label className={styles.choice} title={mayLink ? undefined : t('link.readOnly')}>
      <input
        type="radio"
        name="target"
        disabled={!mayLink}
        checked={value?.kind === 'existing' && value.id === model.id}
        onChange={() => onChange(target)}
      />
      <span dir="auto">{model.path}</span>
      <AliasChips
        names={model.aliases.map((alias) => alias.name)}
        isProtected={(name) => place.protectedAliases.has(name)}
      />
      {!mayLink && <span>{t('link.readOnly')}</span>}
    </label>
  );
}

interface NewModelProps {
  value: Extract<Target, { kind: 'new' }>;
  onChange: (target: Target) => void;
}

function NewModel({ value, onChange }: NewModelProps) {
  const t = useT();
  const viewer = useViewer();
  const [entity, setEntity] = useState(viewer.defaultEntity.name);
  const places = usePlaces(entity);
  return (
    <div className={styles.row}>
      <Select
        label={t('registry.owner')}
        value={entity}
        options={viewer.entities.map((one) => ({ value: one.name, label: one.name }))}
        onChange={setEntity}
      />
      <Select
        label={t('registry.place')}
        value={places.some((one) => one.value === value.container) ? value.container : null}
        placeholder={t('registry.choose')}
        options={places}
        onChange={(container) => onChange({ ...value, container })}
      />
      <TextField
        label={t('registry.name')}
        value={value.name}
        onChange={(name) => onChange({ ...value, name })}
        isRequired
      />
    </div>
  );
}
