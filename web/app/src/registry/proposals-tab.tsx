import { useState } from 'react';
import { Link } from 'wouter';
import {
  ModelProposalsDocument,
  type ProposalFieldsFragment,
  RegistryProposalsDocument,
} from '../generated/registry/proposals.ts';
import { type MessageKey, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { useViewer } from '../lib/places.ts';
import { hrefOf } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { AliasChip } from '../ui/chips.tsx';
import { Facet } from '../ui/facet.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import { Time } from '../ui/time.tsx';
import { DecideDialog } from './decide-dialog.tsx';
import styles from './registry.module.css';

type State = ProposalFieldsFragment['state'];
const STATES: Record<State, MessageKey> = {
  OPEN: 'proposal.open',
  STALE: 'proposal.stale',
  EXECUTED: 'proposal.executed',
  REJECTED: 'proposal.rejected',
};
const STATE_NAMES = Object.keys(STATES) as State[];

interface ProposalsTabProps {
  place: { registry: string } | { model: string };
  onDecided: () => void;
}

/** Moves of aliases that somebody proposed: the open ones first to be decided, others by filter. */
export function ProposalsTab({ place, onDecided }: ProposalsTabProps) {
  const t = useT();
  const [params, setParams] = useParams();
  const chosen = STATE_NAMES.filter((state) => params.getAll('state').includes(state));
  const ofModel = 'model' in place;
  const path = ofModel ? place.model : place.registry;
  const variables = { path, states: chosen.length ? chosen : null };
  const ofOne = usePages(ModelProposalsDocument, variables, (data) => data.collection?.proposals, {
    isPaused: !ofModel,
  });
  const ofAll = usePages(RegistryProposalsDocument, variables, (data) => data.registry?.proposals, {
    isPaused: ofModel,
  });
  const pages = ofModel ? ofOne : ofAll;
  const [decided, decide] = useState<ProposalFieldsFragment | null>(null);
  return (
    <>
      <div className={styles.bar}>
        <Facet
          label={t('proposal.state')}
          options={STATE_NAMES.map((state) => ({ value: state, label: t(STATES[state]) }))}
          chosen={chosen}
          onChange={(states) => setParams({ state: states })}
        />
      </div>
      {pages.error && <Failure error={pages.error} onRetry={pages.reload} />}
      {pages.totalCount === undefined && !pages.error && <Loading />}
      {pages.totalCount === 0 && (
        <p className={styles.note}>{t(chosen.length ? 'proposal.noneSuch' : 'proposal.none')}</p>
      )}
      {pages.items.length > 0 && (
        <ul className={styles.list}>
          {pages.items.map((proposal) => (
            <ProposalRow key={proposal.id} proposal={proposal} isInModel={ofModel} onDecide={() => decide(proposal)} />
          ))}
        </ul>
      )}
      {pages.hasMore && (
        <span>
          <Button isDisabled={pages.isLoading} onPress={pages.more}>
            {t('registry.more')}
          </Button>
        </span>
      )}
      {decided && (
        <DecideDialog
          proposal={decided}
          onClose={() => decide(null)}
          onDecided={() => {
            decide(null);
            pages.reload();
            onDecided();
          }}
        />
      )}
    </>
  );
}

interface ProposalRowProps {
  proposal: ProposalFieldsFragment;
  isInModel: boolean;
  onDecide: () => void;
}

function ProposalRow({ proposal, isInModel, onDecide }: ProposalRowProps) {
  const t = useT();
  const viewer = useViewer();
  const isOwn = proposal.proposedBy?.id === viewer.user.id;
  const isOpen = proposal.state === 'OPEN' || proposal.state === 'STALE';
  const from = proposal.from ? `v${proposal.from.index}` : t('registry.nowhere');
  const approvers = proposal.approvals.map((approval) => approval.by?.name ?? t('registry.somebody'));
  return (
    <li className={styles.item}>
      <span className={styles.main}>
        <span className={styles.mark}>
          <strong>{t(STATES[proposal.state])}</strong>
          {!isInModel && (
            <Link href={hrefOf(proposal.collection.path)} dir="auto">
              {proposal.collection.name}
            </Link>
          )}
          <AliasChip name={proposal.name} /> {from} →{' '}
          <Link href={hrefOf(proposal.version.path)}>v{proposal.version.index}</Link>
        </span>
        {proposal.reason && <div dir="auto">{proposal.reason}</div>}
        <div className={styles.note}>
          {isOwn
            ? t('proposal.byYou')
            : t('proposal.by', { name: proposal.proposedBy?.name ?? t('registry.somebody') })}{' '}
          <Time at={proposal.createdAt} />
          {' · '}
          {t('proposal.approvals', { given: approvers.length, needed: proposal.approvalsNeeded })}
          {approvers.length > 0 && ` (${approvers.join(', ')})`}
        </div>
        {proposal.decidedAt && (
          <div className={styles.note} dir="auto">
            {t('proposal.decidedBy', { name: proposal.decidedBy?.name ?? t('registry.somebody') })}{' '}
            <Time at={proposal.decidedAt} />
            {proposal.decisionReason && `: ${proposal.decisionReason}`}
          </div>
        )}
      </span>
      {isOpen && (
        <Button onPress={onDecide}>{t(proposal.viewerMayApprove ? 'proposal.review' : 'proposal.look')}</Button>
      )}
    </li>
  );
}
