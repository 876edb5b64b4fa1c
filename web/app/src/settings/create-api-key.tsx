import { useMemo, useState } from 'react';
import { CreateApiKeyDocument } from '../generated/settings/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useViewer } from '../lib/places.ts';
import { Button } from '../ui/button.tsx';
import { CodeBlock } from '../ui/copy.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Checkbox, Select, TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Notice } from '../ui/notices.tsx';

const EVERYTHING = '*';
const DAY_MS = 86_400_000;
const LIVES = ['0', '1', '30', '365'] as const;

/** A button and its dialogs: a new key, and the one moment in which its secret is shown. */
export function CreateApiKey({ onCreated }: { onCreated: () => void }) {
  const t = useT();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [entity, setEntity] = useState(EVERYTHING);
  const [days, setDays] = useState<(typeof LIVES)[number]>('0');
  const [isReadOnly, setReadOnly] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const { run, isRunning, refusal, reset } = useChange(CreateApiKeyDocument);
  // Counted from when it was chosen: sent again after a lost answer, it is the same key and not a second one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: counted anew each time the dialog opens.
  const expiresAt = useMemo(
    () => (days === '0' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString()),
    [days, isOpen],
  );
  const close = () => {
    setOpen(false);
    reset();
  };
  const create = async () => {
    if (isRunning) return;
    const scope = entity === EVERYTHING ? null : entity;
    const { payload } = await run({ name: name.trim(), isReadOnly, entity: scope, expiresAt });
    if (!payload) return;
    setSecret(payload.key);
    close();
    onCreated();
  };
  return (
    <div>
      <Button look="primary" onPress={() => setOpen(true)}>
        {t('settings.newKey')}
      </Button>
      <FormDialog
        isOpen={isOpen}
        onClose={close}
        title={t('settings.newKey')}
        confirm={t('home.create')}
        onConfirm={create}
        isDisabled={isRunning}
      >
        {refusal && <Notice tone="danger">{refusal.message}</Notice>}
        <TextField
          label={t('entity.name')}
          value={name}
          onChange={setName}
          hint={t('settings.keyNameHint')}
          autoFocus
        />
        <Select
          label={t('settings.scope')}
          value={entity}
          onChange={setEntity}
          options={[
            { value: EVERYTHING, label: t('settings.everything') },
            ...viewer.entities.map((one) => ({ value: one.name, label: one.name })),
          ]}
        />
        <Select
          label={t('settings.expires')}
          value={days}
          onChange={setDays}
          options={LIVES.map((one) => ({
            value: one,
            label: one === '0' ? t('settings.never') : t('settings.days', { count: Number(one) }),
          }))}
        />
        <Checkbox isSelected={isReadOnly} onChange={setReadOnly}>
          {t('settings.readOnly')}
        </Checkbox>
      </FormDialog>
      <Dialog
        isOpen={secret !== null}
        onClose={() => {}}
        title={t('settings.keyShown')}
        actions={
          <Button look="primary" onPress={() => setSecret(null)}>
            {t('settings.stored')}
          </Button>
        }
      >
        <p>{t('settings.keyShownHint')}</p>
        <CodeBlock code={secret ?? ''} />
        <CodeBlock code={`headwater login --host ${window.location.origin} ${secret ?? ''}`} />
      </Dialog>
    </div>
  );
}
