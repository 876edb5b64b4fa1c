import { useState } from 'react';
import { useClient } from 'urql';
import {
  type GuardFieldsFragment,
  SetGuardDocument,
  UpstreamCollectionDocument,
} from '../generated/registry/guards.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Refused } from '../ui/refused.tsx';
import { draftOf, emptyRule, inputOf, type RuleDraft, type RuleInput } from './guard-rules.ts';
import { LATEST } from './place.ts';
import styles from './registry.module.css';
import { RuleFields } from './rule-fields.tsx';

interface GuardDialogProps {
  ownerId: string;
  /** The guard to change; null makes a new one. */
  guard: GuardFieldsFragment | null;
  onClose: () => void;
  onSaved: () => void;
}

interface Row {
  id: number;
  draft: RuleDraft;
}

const MOST_RULES = 20;

/** The rules for one alias: all must hold. The server refuses rules that could never hold, and says why. */
export function GuardDialog({ ownerId, guard, onClose, onSaved }: GuardDialogProps) {
  const t = useT();
  const client = useClient();
  const [name, setName] = useState(guard?.name ?? '');
  const [rows, setRows] = useState<readonly Row[]>(() =>
    (guard?.rules.map(draftOf) ?? [emptyRule()]).map((draft, id) => ({ id, draft })),
  );
  const [missing, setMissing] = useState<string | null>(null);
  const { run, isRunning, refusal } = useChange(SetGuardDocument);
  const isFilled = rows.length > 0 && rows.every(({ draft }) => inputOf(draft, null) !== null);
  const maySave = name.trim() !== '' && name.trim() !== LATEST && isFilled && !isRunning;

  const save = async () => {
    if (!maySave) return;
    const rules: RuleInput[] = [];
    for (const { draft } of rows) {
      const path = draft.kind === 'requiresUpstream' ? draft.collection.trim() : '';
      const found = path ? await client.query(UpstreamCollectionDocument, { path }).toPromise() : null;
      const collection = found?.data?.collection?.id ?? null;
      if (path && !collection) return setMissing(path);
      const rule = inputOf(draft, collection);
      if (rule) rules.push(rule);
    }
    setMissing(null);
    if ((await run({ owner: ownerId, name: name.trim(), rules })).payload) onSaved();
  };
  const change = (id: number, draft: RuleDraft) => setRows(rows.map((row) => (row.id === id ? { id, draft } : row)));
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={guard ? t('registry.editGuard', { alias: guard.name }) : t('registry.newGuard')}
      confirm={t('ui.save')}
      onConfirm={save}
      isDisabled={!maySave}
    >
      {!guard && (
        <TextField
          label={t('registry.alias')}
          value={name}
          onChange={setName}
          hint={t('registry.guardAliasHint')}
          isRequired
          autoFocus
        />
      )}
      <p className={styles.note}>{t('registry.allRules')}</p>
      {rows.map(({ id, draft }) => (
        <RuleFields
          key={id}
          draft={draft}
          onChange={(next) => change(id, next)}
          onRemove={rows.length > 1 ? () => setRows(rows.filter((row) => row.id !== id)) : undefined}
        />
      ))}
      <div>
        <Button
          isDisabled={rows.length >= MOST_RULES}
          onPress={() => setRows([...rows, { id: Math.max(0, ...rows.map((row) => row.id)) + 1, draft: emptyRule() }])}
        >
          {t('registry.addRule')}
        </Button>
      </div>
      {missing && <p role="alert">{t('registry.noCollection', { path: missing })}</p>}
      <Refused refusal={refusal} />
    </FormDialog>
  );
}
