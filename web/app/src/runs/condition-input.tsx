import { type FormEvent, useId, useState } from 'react';
import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import styles from './filter-bar.module.css';
import { parseCondition } from './run-filters.ts';

interface ConditionInputProps {
  available: readonly string[];
  onAdd: (name: 'where' | 'tag', value: string) => void;
}

const TAG = /^(?:tag|タグ)\s*[:=]\s*(.+)$/s;

/** Adds a condition such as `config.lr < 0.1` or `tag:baseline`; keys that the runs have are offered while typing. */
export function ConditionInput({ available, onAdd }: ConditionInputProps) {
  const t = useT();
  const id = useId();
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const tag = TAG.exec(text.normalize('NFKC').trim())?.[1];
    const isCondition = parseCondition(text) !== null;
    setWrong(!tag && !isCondition);
    if (!tag && !isCondition) return;
    onAdd(tag ? 'tag' : 'where', (tag ?? text).trim());
    setText('');
  }

  return (
    <form className={styles.condition} onSubmit={submit}>
      <label className="visually-hidden" htmlFor={`${id}-text`}>
        {t('runs.addFilter')}
      </label>
      <input
        id={`${id}-text`}
        className={styles.input}
        list={`${id}-keys`}
        value={text}
        placeholder={t('runs.filterExample')}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? `${id}-hint` : undefined}
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value);
          setWrong(false);
        }}
      />
      <datalist id={`${id}-keys`}>
        {available.slice(0, 200).map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      <Button type="submit" isDisabled={text.trim() === ''}>
        {t('runs.add')}
      </Button>
      {isWrong && (
        <span id={`${id}-hint`} role="alert" className={styles.wrong}>
          {t('runs.filterHint')}
        </span>
      )}
    </form>
  );
}
