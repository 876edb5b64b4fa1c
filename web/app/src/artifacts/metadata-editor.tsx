import { useState } from 'react';
import { ChangeVersionDocument } from '../generated/artifacts/version-changes.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Refused } from '../ui/refused.tsx';
import styles from './artifacts.module.css';
import { parseMetadata } from './metadata-tree.ts';

interface MetadataEditorProps {
  versionId: string;
  metadata: unknown;
  onClose: () => void;
}

/** All metadata as JSON to be changed. What is no JSON object can't be saved, and what is refused stays typed. */
export function MetadataEditor({ versionId, metadata, onClose }: MetadataEditorProps) {
  const t = useT();
  const [text, setText] = useState(() => JSON.stringify(metadata, null, 2));
  const { run, isRunning, refusal } = useChange(ChangeVersionDocument);
  const parsed = parseMetadata(text);
  const save = async () => {
    if (!('value' in parsed) || isRunning) return;
    const { payload } = await run({ versionId, metadata: parsed.value });
    if (payload) onClose();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a key of the field inside.
    <div
      className={styles.list}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing) void save();
      }}
    >
      <TextField
        label={t('artifacts.metadataJson')}
        value={text}
        onChange={setText}
        rows={Math.min(30, text.split('\n').length + 2)}
        error={'fault' in parsed ? (parsed.fault ?? t('artifacts.metadataObject')) : undefined}
        hint={t('artifacts.metadataHint')}
        isCode
        autoFocus
      />
      <Refused refusal={refusal} />
      <span className={styles.filters}>
        <Button look="primary" isDisabled={!('value' in parsed) || isRunning} onPress={() => void save()}>
          {t('ui.save')}
        </Button>
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
      </span>
    </div>
  );
}
