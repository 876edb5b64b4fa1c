import { useEffect, useState } from 'react';
import { TryMoveDocument } from '../generated/registry/promotion.ts';
import { useChange } from '../lib/mutate.ts';
import { type Verdict, verdictOn } from './promotion.ts';

export interface WantedMove {
  collection: string;
  alias: string;
  /** Null removes the alias. */
  version: string | null;
}

const PAUSE_MS = 250;

/** Asks the server whether a move could be made now, without making it; null until it has answered. */
export function useVerdict(wanted: WantedMove | null, mayPropose: boolean): Verdict | null {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const { run } = useChange(TryMoveDocument);
  const key = wanted ? JSON.stringify(wanted) : null;
  useEffect(() => {
    setVerdict(null);
    if (key === null) return;
    let isNewest = true;
    const { collection, alias, version }: WantedMove = JSON.parse(key);
    const timer = setTimeout(async () => {
      const answer = await run({ moves: [{ collection, name: alias, version }], dryRun: true });
      const refusal = answer.refusal ?? answer.payload?.refusedAliases[0]?.error ?? null;
      if (isNewest) setVerdict(verdictOn(refusal, mayPropose));
    }, PAUSE_MS);
    return () => {
      isNewest = false;
      clearTimeout(timer);
    };
  }, [key, mayPropose, run]);
  return verdict;
}
