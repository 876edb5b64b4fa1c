import { useEffect, useState } from 'react';
import { useT } from '../lib/messages.tsx';
import { TextField } from '../ui/field.tsx';
import styles from './registry.module.css';

const TYPING_MS = 250;

/** A field that tells what was typed after a moment, and not in the middle of a conversion. */
export function SearchField({ value, hint, onChange }: SearchFieldProps) {
  const t = useT();
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <div className={styles.search}>
      <TextField label={t('registry.find')} value={text} onChange={setText} placeholder={hint} isLabelHidden />
    </div>
  );
}

interface SearchFieldProps {
  value: string;
  /** What can be searched for. */
  hint: string;
  onChange: (text: string) => void;
}
