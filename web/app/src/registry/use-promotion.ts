// One intended move of an alias: what it would change, whether it can be made, and the making of it.
import { useEffect, useState } from 'react';
import { MoveAliasDocument, type MoveMadeFragment, PromotionDocument } from '../generated/registry/promotion.ts';
import { ProposeDocument } from '../generated/registry/proposals.ts';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { usePolling } from '../lib/polling.ts';
import type { Standing, Target } from './promote-facts.tsx';
import { useVerdict } from './use-verdict.ts';

const LOOK_AGAIN_MS = 5000;

/** Where the viewer saw an alias point when deciding; the move is made only from there. */
interface Seen {
  alias: string;
  version: { id: string; index: number } | null;
}

interface Intent {
  collectionId: string;
  alias: string;
  versionId: string | null;
  reason: string;
  mayPropose: boolean;
}

export type Done = { move: MoveMadeFragment } | { proposal: string } | null;

export function usePromotion({ collectionId, alias, versionId, reason, mayPropose }: Intent) {
  const isReady = alias !== '' && versionId !== null;
  const variables = { collection: collectionId, alias, version: versionId ?? '' };
  const { data, error, isLoading, reload } = useData(PromotionDocument, variables, { isPaused: !isReady });
  const [seen, setSeen] = useState<Seen | null>(null);
  const moving = useChange(MoveAliasDocument);
  const proposing = useChange(ProposeDocument);
  const verdict = useVerdict(isReady ? { collection: collectionId, alias, version: versionId } : null, mayPropose);
  usePolling(reload, isReady ? LOOK_AGAIN_MS : null);

  const collection = data?.collection?.__typename === 'Collection' ? data.collection : null;
  const now: Standing | null = collection?.alias ?? null;
  const to: Target | null = data?.version && 'metrics' in data.version ? data.version : null;
  const isFresh = isReady && !isLoading && data !== undefined;
  useEffect(() => {
    if (isFresh && seen?.alias !== alias) setSeen({ alias, version: now?.version ?? null });
  }, [isFresh, seen, alias, now]);
  const isSeen = seen?.alias === alias;
  const hasMoved = isSeen && (seen.version?.id ?? null) !== (now?.version.id ?? null);

  const make = async (from: Seen['version'], isProposal: boolean): Promise<Done> => {
    if (versionId === null) return null;
    const expected = { expectedVersion: from?.id ?? null, checkExpected: true };
    const wanted = { collection: collectionId, name: alias, version: versionId, ...expected };
    if (isProposal) {
      const { payload } = await proposing.run({ ...wanted, reason });
      if (payload) return { proposal: payload.proposal.id };
    } else {
      const { payload } = await moving.run({ moves: [wanted], reason });
      const move = payload?.aliases[0];
      if (move) return { move };
    }
    reload();
    return null;
  };

  return {
    error,
    now,
    to: to && versionId === to.id ? to : null,
    /** What the viewer decides on; undefined until it is known. */
    from: isSeen ? seen.version : undefined,
    hasMoved,
    verdict,
    isRunning: moving.isRunning || proposing.isRunning,
    refusal: moving.refusal ?? proposing.refusal,
    /** Makes the move, or proposes it where others must consent. */
    submit: () => make(seen?.version ?? null, verdict?.kind === 'propose'),
    /** Makes it from where the alias is by now. */
    submitFromNow: () => {
      setSeen({ alias, version: now?.version ?? null });
      return make(now?.version ?? null, verdict?.kind === 'propose');
    },
    reload,
  };
}
