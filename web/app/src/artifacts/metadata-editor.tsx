import { useState } from 'react';
import { ChangeVersionDocument } from '../generated/artifacts/version-changes.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Overtaken } from '../ui/overtaken.tsx';
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
  // What stood there when the edit began: the page may show something newer meanwhile.
  const [base] = useState(metadata);
  const { run, isRunning, refusal } = useChange(ChangeVersionDocument);
  const parsed = parseMetadata(text);
  // A version that was deleted meanwhile is a conflict too.
  const isMetadata = 'value' in parseMetadata(refusal?.current ?? '');
  const save = async (expected: unknown) => {
    if (!('value' in parsed) || isRunning) return;
    const { payload } = await run({ versionId, metadata: parsed.value, expected: { metadata: expected } });
    if (payload) onClose();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a key of the field inside.
    <div
      className={styles.list}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing)
          void save(base);
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
      <Overtaken
        refusal={isMetadata ? refusal : null}
        isDisabled={isRunning}
        onReplace={(now) => void save(JSON.parse(now))}
      >
        {(now) => <pre dir="auto">{JSON.stringify(JSON.parse(now), null, 2)}</pre>}
      </Overtaken>
      <span className={styles.filters}>
        <Button look="primary" isDisabled={!('value' in parsed) || isRunning} onPress={() => void save(base)}>
          {t('ui.save')}
        </Button>
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
      </span>
    </div>
  );
}
