import { useState } from 'react';
import { useT } from '../lib/messages.tsx';
import type { Refusal } from '../lib/mutate.ts';
import { Button } from '../ui/button.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Refused } from '../ui/refused.tsx';
import { daysOfSeconds, secondsOfDays } from './durations.ts';

/** For so many seconds, for ever, or as the series says. */
export type Lifetime = { seconds: number | null } | 'inherit';

interface TtlEditorProps {
  now: Lifetime;
  /** Whether it may take the time of its series. */
  canInherit: boolean;
  onSave: (lifetime: Lifetime) => Promise<Refusal | null>;
}

/** A button and its dialog: how long versions live. */
export function TtlEditor({ now, canInherit, onSave }: TtlEditorProps) {
  const t = useT();
  const [isOpen, setOpen] = useState(false);
  const [choice, setChoice] = useState<'inherit' | 'ever' | 'days'>(choiceOf(now));
  const [days, setDays] = useState(now !== 'inherit' && now.seconds !== null ? daysOfSeconds(now.seconds) : '30');
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const seconds = secondsOfDays(days);
  const isReady = choice !== 'days' || seconds !== null;
  const save = async () => {
    if (!isReady) return;
    const refused = await onSave(choice === 'inherit' ? 'inherit' : { seconds: choice === 'ever' ? null : seconds });
    setRefusal(refused);
    if (!refused) setOpen(false);
  };
  const inherit = canInherit ? [{ value: 'inherit' as const, label: t('artifacts.ttlInherit') }] : [];
  return (
    <>
      <Button look="quiet" aria-label={t('ui.editThis', { what: t('artifacts.ttl') })} onPress={() => setOpen(true)}>
        {t('ui.edit')}
      </Button>
      <FormDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={t('artifacts.ttl')}
        confirm={t('ui.save')}
        onConfirm={save}
        isDisabled={!isReady}
      >
        <Select
          label={t('artifacts.ttl')}
          value={choice}
          onChange={setChoice}
          options={[
            ...inherit,
            { value: 'ever' as const, label: t('artifacts.forEver') },
            { value: 'days' as const, label: t('artifacts.ttlDays') },
          ]}
        />
        {choice === 'days' && (
          <TextField
            label={t('artifacts.days')}
            value={days}
            onChange={setDays}
            error={seconds === null ? t('artifacts.daysWrong') : undefined}
          />
        )}
        <p>{t('artifacts.ttlHint')}</p>
        <Refused refusal={refusal} />
      </FormDialog>
    </>
  );
}

function choiceOf(now: Lifetime): 'inherit' | 'ever' | 'days' {
  if (now === 'inherit') return 'inherit';
  return now.seconds === null ? 'ever' : 'days';
}
