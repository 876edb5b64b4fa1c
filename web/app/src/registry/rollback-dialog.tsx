import { useState } from 'react';
import {
  MoveAliasDocument,
  type MoveMadeFragment,
  RollBackAliasDocument,
  RollbackTargetsDocument,
} from '../generated/registry/promotion.ts';
import { formatDuration } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { TextField } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Failure, Loading, Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { Time } from '../ui/time.tsx';
import { earlierTargets } from './promotion.ts';
import { Reason } from './reason.tsx';
import { RecallMarks } from './recall-marks.tsx';
import styles from './registry.module.css';

interface RollbackDialogProps {
  collectionId: string;
  alias: string;
  onClose: () => void;
  onMoved: (move: MoveMadeFragment) => void;
}

/** Points an alias where it pointed before: at the last other version that is not recalled, or at one chosen. */
export function RollbackDialog({ collectionId, alias, onClose, onMoved }: RollbackDialogProps) {
  const t = useT();
  const { locale } = useLanguage();
  const { data, error, reload } = useData(RollbackTargetsDocument, { collection: collectionId, alias });
  const back = useChange(RollBackAliasDocument);
  const chosenMove = useChange(MoveAliasDocument);
  const [chosen, choose] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const model = data?.node?.__typename === 'Collection' ? data.node : null;
  const now = model?.alias?.version ?? null;
  const targets = earlierTargets(model?.aliasMoves.edges.map((edge) => edge.node) ?? [], now?.id ?? null);
  const sound = targets.find((one) => one.to.recalls.length === 0);
  const target = targets.find((one) => one.to.id === chosen) ?? sound ?? targets[0];
  const isRunning = back.isRunning || chosenMove.isRunning;
  const from = now ? `v${now.index}` : t('registry.nowhere');
  const submit = async () => {
    if (!target || isRunning) return;
    const common = { name: alias, collection: collectionId, expectedVersion: now?.id ?? null, checkExpected: true };
    // The way back of the server asks no guard, because the version stood there already; another choice is a move.
    const move =
      target === targets[0]
        ? (await back.run({ ...common, reason })).payload?.move
        : (await chosenMove.run({ moves: [{ ...common, version: target.to.id }], reason })).payload?.aliases[0];
    if (move) onMoved(move);
    else reload();
  };
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={t(model && !now ? 'timeline.restoreAlias' : 'registry.rollBackTitle', { alias })}
      confirm={t('registry.moveFromTo', { from, to: target ? `v${target.to.index}` : '…' })}
      onConfirm={submit}
      isDisabled={!target || isRunning}
    >
      {error && <Failure error={error} onRetry={reload} />}
      {!data && !error && <Loading lines={3} />}
      {model && targets.length === 0 && <Notice tone="info">{t('registry.nothingBefore')}</Notice>}
      {targets.length > 0 && (
        <div role="radiogroup" aria-label={t('registry.backTo')} className={styles.choices}>
          {targets.map((one) => (
            <label key={one.to.id} className={styles.choice}>
              <input type="radio" name="target" checked={one === target} onChange={() => choose(one.to.id)} />
              <span>
                <strong>v{one.to.index}</strong> {t('registry.stood', { time: formatDuration(one.seconds, locale) })},{' '}
                <Time at={one.at} />
                {one.by && `, ${one.by.name}`} {one.reason && '· '}
                <Reason text={one.reason} />
                {one.to.recalls.length > 0 && ' '}
                <RecallMarks recalls={one.to.recalls} />
              </span>
            </label>
          ))}
        </div>
      )}
      <TextField label={t('registry.reason')} value={reason} onChange={setReason} rows={2} autoFocus />
      <Refused refusal={back.refusal ?? chosenMove.refusal} />
    </FormDialog>
  );
}
