import { useState } from 'react';
import { LinkVersionDocument } from '../generated/registry/links.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Refused } from '../ui/refused.tsx';
import { LATEST, wordsOf } from './place.ts';
import { VersionPicker } from './version-picker.tsx';

interface LinkHereProps {
  /** The registered model, by path. */
  target: string;
  onClose: () => void;
  onLinked: () => void;
}

/** Links a version that the viewer picks to a registered model at hand. */
export function LinkHere({ target, onClose, onLinked }: LinkHereProps) {
  const t = useT();
  const [version, setVersion] = useState<string | null>(null);
  const [aliases, setAliases] = useState('');
  const { run, isRunning, refusal } = useChange(LinkVersionDocument);
  const link = async () => {
    if (!version || isRunning) return;
    const names = wordsOf(aliases).filter((name) => name !== LATEST);
    if ((await run({ versionId: version, target, aliases: names })).payload) onLinked();
  };
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={t('link.here')}
      confirm={t('link.link')}
      onConfirm={link}
      isDisabled={!version || isRunning}
    >
      <VersionPicker value={version} onChange={setVersion} />
      <TextField label={t('link.aliases')} value={aliases} onChange={setAliases} hint={t('link.aliasesHint')} />
      <Refused refusal={refusal} />
    </FormDialog>
  );
}
