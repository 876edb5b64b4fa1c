import { useState } from 'react';
import { type MoveMadeFragment, PromotableDocument, type PromotableQuery } from '../generated/registry/promotion.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useViewer } from '../lib/places.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Failure, Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { AliasField } from './alias-field.tsx';
import { ConflictNotice } from './conflict-notice.tsx';
import { knownAliases, LATEST, placeOf, rightIn } from './place.ts';
import { PromoteFacts } from './promote-facts.tsx';
import { type Done, usePromotion } from './use-promotion.ts';
import { VerdictNotice } from './verdict-notice.tsx';
import { VersionField } from './version-field.tsx';

interface PromoteDialogProps {
  collectionId: string;
  /** What the alias shall point at; null lets the viewer choose among the newest. */
  versionId: string | null;
  /** The alias to move; without it the viewer chooses. */
  alias?: string;
  onClose: () => void;
  onMoved: (move: MoveMadeFragment) => void;
  onProposed: (proposal: string) => void;
}

export type Model = Extract<NonNullable<PromotableQuery['node']>, { __typename: 'Collection' }>;

/** Moves an alias to a version: what it points at now, what would change, and whether it is allowed, before it is done. */
export function PromoteDialog(props: PromoteDialogProps) {
  const t = useT();
  const { data, error, reload } = useData(PromotableDocument, { collection: props.collectionId });
  const model = data?.node?.__typename === 'Collection' ? data.node : null;
  if (model) return <PromoteForm {...props} model={model} />;
  // One dialog from the beginning to the end: a second one could not give the focus back to where it came from.
  if (!error) return null;
  return (
    <Dialog isOpen onClose={props.onClose} title={t('registry.promote')} actions={null}>
      <Failure error={error} onRetry={reload} />
    </Dialog>
  );
}

function PromoteForm({ model, onClose, onMoved, onProposed, ...given }: PromoteDialogProps & { model: Model }) {
  const t = useT();
  const viewer = useViewer();
  const place = placeOf(model);
  const known = knownAliases(place, model.aliases);
  const newest = newestBeside(model, given.alias);
  const [alias, setAlias] = useState(given.alias ?? known[0] ?? '');
  const [versionId, setVersion] = useState(given.versionId ?? newest);
  const [reason, setReason] = useState('');
  const mayPropose = rightIn(place.role, viewer.isReadOnly) !== 'read';
  const move = usePromotion({ collectionId: model.id, alias: alias.trim(), versionId, reason, mayPropose });
  const { now, to, from, verdict } = move;
  const isReasonNeeded = place.protectedAliases.has(alias) || place.guardedAliases.has(alias);
  const isThere = to !== null && now?.version.id === to.id;
  const isAllowed = verdict?.kind === 'move' || verdict?.kind === 'propose';
  const maySubmit =
    isAllowed && to && from !== undefined && !isThere && !move.isRunning && (!isReasonNeeded || reason.trim() !== '');
  const finish = (done: Done) => {
    if (!done) return;
    if ('move' in done) onMoved(done.move);
    else onProposed(done.proposal);
  };
  const submit = async () => {
    if (maySubmit && !move.hasMoved) finish(await move.submit());
  };
  const arrow = (index: number | undefined) =>
    t(verdict?.kind === 'propose' ? 'registry.proposeMove' : 'registry.moveFromTo', {
      from: index === undefined ? t('registry.nowhere') : `v${index}`,
      to: to ? `v${to.index}` : '…',
    });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={
        given.alias
          ? t('registry.moveTitle', { alias, model: model.name })
          : t('registry.promoteIn', { model: model.name })
      }
      onConfirm={() => void submit()}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.cancel')}</Button>
          <Button look="primary" isDisabled={!maySubmit || move.hasMoved} onPress={() => void submit()}>
            {arrow(from?.index)}
          </Button>
        </>
      }
    >
      {!given.alias && <AliasField model={model} names={known} place={place} value={alias} onChange={setAlias} />}
      {given.versionId === null && <VersionField model={model} value={versionId} onChange={setVersion} />}
      {move.error && <Failure error={move.error} onRetry={move.reload} />}
      {to && <PromoteFacts now={now} to={to} />}
      {alias.trim() === LATEST && <Notice>{t('registry.latestMoves')}</Notice>}
      {isThere && !move.hasMoved && (
        <Notice tone="info">{t('registry.alreadyThere', { version: `v${to.index}` })}</Notice>
      )}
      {!isThere && <VerdictNotice verdict={verdict} isProtected={place.protectedAliases.has(alias)} />}
      <TextField
        label={t('registry.reason')}
        value={reason}
        onChange={setReason}
        rows={2}
        isRequired={isReasonNeeded}
        hint={t('registry.reasonHint')}
        autoFocus
      />
      {move.hasMoved ? (
        <ConflictNotice
          alias={alias}
          expected={from ? `v${from.index}` : null}
          now={now}
          label={arrow(now?.version.index)}
          onRetry={maySubmit ? () => void move.submitFromNow().then(finish) : undefined}
          onLeave={onClose}
        />
      ) : (
        <Refused refusal={move.refusal} />
      )}
    </Dialog>
  );
}

/** The newest version that an alias does not point at already; without an alias just the newest. */
function newestBeside({ aliases, versions }: Model, alias: string | undefined): string | null {
  const current = aliases.find((one) => one.name === alias)?.version.id;
  return versions.edges.find((edge) => edge.node.id !== current)?.node.id ?? null;
}
