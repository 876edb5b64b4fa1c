import { useState } from 'react';
import { useT } from '../lib/messages.tsx';
import { Select, TextField } from '../ui/field.tsx';
import type { Place } from './place.ts';

interface AliasFieldProps {
  model: { aliases: readonly { name: string; version: { index: number } }[] };
  names: readonly string[];
  place: Place;
  value: string;
  onChange: (name: string) => void;
}

// No alias can be called so: names have no slash.
const ANOTHER = '/';

/** Chooses an alias of those that are known, each with where it points, or takes a new name. */
export function AliasField({ model, names, place, value, onChange }: AliasFieldProps) {
  const t = useT();
  const [isNew, setNew] = useState(names.length === 0);
  const hintOf = (name: string) => {
    const alias = model.aliases.find((one) => one.name === name);
    const parts = [alias ? t('registry.nowAt', { version: `v${alias.version.index}` }) : t('registry.pointsNowhere')];
    if (place.protectedAliases.has(name)) parts.push(t('ui.protected'));
    if (place.guardedAliases.has(name)) parts.push(t('registry.guarded'));
    return parts.join(' · ');
  };
  return (
    <>
      {names.length > 0 && (
        <Select
          label={t('registry.alias')}
          value={isNew ? ANOTHER : value}
          options={[
            ...names.map((name) => ({ value: name, label: name, hint: hintOf(name) })),
            { value: ANOTHER, label: t('registry.newAlias') },
          ]}
          onChange={(next) => {
            setNew(next === ANOTHER);
            onChange(next === ANOTHER ? '' : next);
          }}
        />
      )}
      {isNew && <TextField label={t('registry.aliasName')} value={value} onChange={onChange} isRequired />}
    </>
  );
}
