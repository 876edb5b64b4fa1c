import { useState } from 'react';
import { useT } from '../lib/messages.tsx';
import type { Refusal } from '../lib/mutate.ts';
import { Button } from './button.tsx';
import { Tags } from './chips.tsx';
import styles from './editable.module.css';
import { Icon } from './icons.tsx';
import { Refused } from './refused.tsx';

interface TagEditorProps {
  tags: readonly string[];
  canEdit: boolean;
  /** Takes all tags as they shall be, and returns why not; null when it is so. */
  onChange: (tags: string[]) => Promise<Refusal | null>;
}

/** Tags, and where the viewer may, a way to add and to take away. */
export function TagEditor({ tags, canEdit, onChange }: TagEditorProps) {
  const t = useT();
  const [draft, setDraft] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  if (!canEdit) return <Tags names={tags} />;
  const add = async () => {
    const name = draft?.trim() ?? '';
    if (name && !tags.includes(name)) {
      const refused = await onChange([...tags, name]);
      setRefusal(refused);
      if (refused) return;
    }
    setDraft(null);
  };
  return (
    <>
      <span className={styles.words}>
        {tags.map((tag) => (
          <span key={tag} className={styles.word}>
            <Tags names={[tag]} />
            <button
              type="button"
              className={styles.remove}
              aria-label={t('ui.removeTag', { name: tag })}
              title={t('ui.removeTag', { name: tag })}
              onClick={() => void onChange(tags.filter((one) => one !== tag)).then(setRefusal)}
            >
              <Icon name="close" />
            </button>
          </span>
        ))}
        {draft === null ? (
          <Button look="quiet" onPress={() => setDraft('')}>
            {t('ui.addTag')}
          </Button>
        ) : (
          <input
            // biome-ignore lint/a11y/noAutofocus: it stands where the button was that asked for it.
            autoFocus
            className={styles.input}
            dir="auto"
            aria-label={t('ui.newTag')}
            placeholder={t('ui.newTag')}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={() => (draft.trim() ? void add() : setDraft(null))}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing) return;
              if (event.key === 'Enter') void add();
              if (event.key === 'Escape') setDraft(null);
            }}
          />
        )}
      </span>
      <Refused refusal={refusal} />
    </>
  );
}
