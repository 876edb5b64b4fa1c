import { useState } from 'react';
import { useT } from '../lib/messages.tsx';
import type { Refusal } from '../lib/mutate.ts';
import { Button } from './button.tsx';
import styles from './editable.module.css';
import { TextField } from './field.tsx';
import { Markdown } from './markdown.tsx';
import { Overtaken } from './overtaken.tsx';
import { Refused } from './refused.tsx';

interface EditableTextProps {
  label: string;
  text: string;
  /** What stands there while it is empty. */
  placeholder: string;
  canEdit: boolean;
  /** Saves if the text is still the `expected` one, and returns why not; null when it is saved. */
  onSave: (text: string, expected: string) => Promise<Refusal | null>;
}

/** What is typed, and what stood there when it was begun: a live page may show something newer meanwhile. */
interface Draft {
  text: string;
  base: string;
}

/** A text in Markdown, and where the viewer may, a button that makes it a field. What was typed stays when refused. */
export function EditableText({ label, text, placeholder, canEdit, onSave }: EditableTextProps) {
  const t = useT();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const save = async (expected: string) => {
    if (draft === null || isSaving) return;
    setSaving(true);
    const refused = draft.text === expected ? null : await onSave(draft.text, expected);
    setSaving(false);
    setRefusal(refused);
    if (!refused) setDraft(null);
  };
  if (draft === null) {
    return (
      <section className={text ? styles.shown : styles.bare} aria-label={label}>
        {text ? <Markdown text={text} /> : <p className={styles.placeholder}>{placeholder}</p>}
        {canEdit && (
          <span>
            <Button
              look="quiet"
              onPress={() => setDraft({ text, base: text })}
              aria-label={t('ui.editThis', { what: label })}
            >
              {t('ui.edit')}
            </Button>
          </span>
        )}
      </section>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the field inside.
    <div
      className={styles.editor}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Escape' && draft.text === draft.base) setDraft(null);
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save(draft.base);
      }}
    >
      <TextField
        label={label}
        value={draft.text}
        onChange={(typed) => setDraft({ ...draft, text: typed })}
        rows={Math.min(20, Math.max(6, draft.text.split('\n').length + 1))}
        hint={t('ui.markdownHint')}
        autoFocus
      />
      <Refused refusal={refusal} />
      <Overtaken refusal={refusal} isDisabled={isSaving} onReplace={(now) => void save(now)}>
        {(now) => <Markdown text={now} />}
      </Overtaken>
      <div className={styles.actions}>
        <Button look="primary" isDisabled={isSaving} onPress={() => void save(draft.base)}>
          {t('ui.save')}
        </Button>
        <Button
          onPress={() => {
            setDraft(null);
            setRefusal(null);
          }}
        >
          {t('ui.cancel')}
        </Button>
      </div>
    </div>
  );
}
