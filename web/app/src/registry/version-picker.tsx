import { useState } from 'react';
import { FindVersionsDocument } from '../generated/registry/links.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useSettled } from '../lib/patience.ts';
import { AliasChips } from '../ui/chips.tsx';
import { TextField } from '../ui/field.tsx';
import { KindMark } from '../ui/state.tsx';
import styles from './registry.module.css';

interface VersionPickerProps {
  value: string | null;
  onChange: (id: string) => void;
  /** What is searched for at first: a path, whose versions then show. */
  start?: string;
}

const TYPING_MS = 250;

/** Chooses a version by its path or a part of its name. */
export function VersionPicker({ value, onChange, start = '' }: VersionPickerProps) {
  const t = useT();
  const [text, setText] = useState('');
  const asked = useSettled(text.trim() || start, TYPING_MS);
  const { data, isLoading } = useData(FindVersionsDocument, { text: asked }, { isPaused: asked === '' });
  const found = (data?.search ?? []).flatMap((hit) => ('index' in hit ? [hit] : []));
  return (
    <>
      <TextField
        label={t('registry.version')}
        value={text}
        onChange={setText}
        hint={t('registry.pickHint')}
        autoFocus
      />
      {found.length > 0 && (
        <div role="radiogroup" aria-label={t('registry.found')} className={styles.choices}>
          {found.map((version) => (
            <label key={version.id} className={styles.choice}>
              <input type="radio" name="version" checked={version.id === value} onChange={() => onChange(version.id)} />
              <KindMark kind={version.kind} />
              <span dir="auto">{version.path}</span>
              <AliasChips names={version.aliases} />
            </label>
          ))}
        </div>
      )}
      {asked !== '' && !isLoading && found.length === 0 && (
        <p className={styles.note}>{t('registry.noVersionFound')}</p>
      )}
    </>
  );
}
