import { useState } from 'react';
import { PromotableDocument, PromotionDocument } from '../generated/registry/promotion.ts';
import { ApproveDocument, type ProposalFieldsFragment, RejectDocument } from '../generated/registry/proposals.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { useViewer } from '../lib/places.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Failure, Loading, Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { placeOf, rightIn } from './place.ts';
import { PromoteFacts } from './promote-facts.tsx';
import styles from './registry.module.css';
import { useVerdict } from './use-verdict.ts';
import { UnmetReasons } from './verdict-notice.tsx';

interface DecideDialogProps {
  proposal: ProposalFieldsFragment;
  onClose: () => void;
  onDecided: () => void;
}

/** What a proposed move would change and which rules it does not meet yet; approve it, reject it, or take it back. */
export function DecideDialog({ proposal, onClose, onDecided }: DecideDialogProps) {
  const t = useT();
  const viewer = useViewer();
  const [reason, setReason] = useState('');
  const approve = useChange(ApproveDocument);
  const reject = useChange(RejectDocument);
  const { name, collection, version } = proposal;
  const facts = useData(PromotionDocument, { collection: collection.id, alias: name, version: version.id });
  const found = facts.data;
  const now = found?.collection?.__typename === 'Collection' ? found.collection.alias : null;
  const to = found?.version && 'metrics' in found.version ? found.version : null;
  const isOwn = proposal.proposedBy?.id === viewer.user.id;
  const mayReject = useIsAdmin(collection.id) || isOwn;
  const isRunning = approve.isRunning || reject.isRunning;
  const missing = proposal.approvalsNeeded - proposal.approvals.length;
  const doApprove = async () => {
    if (proposal.viewerMayApprove && !isRunning && (await approve.run({ proposal: proposal.id })).payload) onDecided();
  };
  const doReject = async () => {
    if (!isRunning && (await reject.run({ proposal: proposal.id, reason })).payload) onDecided();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('proposal.title', { alias: name, model: collection.name, version: `v${version.index}` })}
      onConfirm={() => void doApprove()}
      actions={
        <>
          <Button onPress={onClose}>{t('ui.close')}</Button>
          {mayReject && (
            <Button look="danger" isDisabled={isRunning} onPress={() => void doReject()}>
              {t(isOwn ? 'proposal.takeBack' : 'proposal.reject')}
            </Button>
          )}
          {proposal.viewerMayApprove && (
            <Button look="primary" isDisabled={isRunning} onPress={() => void doApprove()}>
              {t(missing > 1 ? 'proposal.approve' : 'proposal.approveAndMove')}
            </Button>
          )}
        </>
      }
    >
      {proposal.reason && (
        <blockquote dir="auto" className={styles.quote}>
          {proposal.reason}
        </blockquote>
      )}
      {facts.error && <Failure error={facts.error} onRetry={facts.reload} />}
      {!found && !facts.error && <Loading lines={4} />}
      {to && <PromoteFacts now={now} to={to} />}
      {proposal.state === 'STALE' ? (
        <Notice>{t('proposal.staleHint')}</Notice>
      ) : (
        <Rules collection={collection.id} alias={name} version={version.id} />
      )}
      {!proposal.viewerMayApprove && proposal.state === 'OPEN' && (
        <p className={styles.note}>{t(isOwn ? 'proposal.notOwn' : 'proposal.notYou')}</p>
      )}
      {mayReject && (
        <TextField
          label={t(isOwn ? 'proposal.takeBackReason' : 'proposal.rejectReason')}
          value={reason}
          onChange={setReason}
          rows={2}
        />
      )}
      <Refused refusal={approve.refusal ?? reject.refusal} />
    </Dialog>
  );
}

function useIsAdmin(collection: string): boolean {
  const viewer = useViewer();
  const { data } = useData(PromotableDocument, { collection });
  const model = data?.node?.__typename === 'Collection' ? data.node : null;
  return model !== null && rightIn(placeOf(model).role, viewer.isReadOnly) === 'admin';
}

/** The rules that the move does not meet now, beside the approvals that it waits for. */
function Rules({ collection, alias, version }: { collection: string; alias: string; version: string }) {
  const t = useT();
  const verdict = useVerdict({ collection, alias, version }, true);
  if (!verdict) return <p className={styles.note}>{t('registry.checking')}</p>;
  if (verdict.kind !== 'blocked') return <p role="status">✓ {t('proposal.rulesMet')}</p>;
  return <UnmetReasons title={t('proposal.rulesUnmet')} reasons={verdict.reasons} />;
}
