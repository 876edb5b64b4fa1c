// Answers that stay on the page because a newer one failed: what failed, so that the frame can say so.
import { useEffect, useId, useSyncExternalStore } from 'react';
import type { CombinedError } from 'urql';

export interface Stale {
  error: CombinedError;
  reload: () => void;
}

const failures = new Map<string, Stale>();
const watchers = new Set<() => void>();

/** Notes that the answer a component shows could not be asked for again; null when it could. */
export function useNoteStale(error: CombinedError | undefined, reload: () => void): void {
  const id = useId();
  useEffect(() => {
    if (!error) return;
    note(id, { error, reload });
    return () => note(id, null);
  }, [id, error, reload]);
}

function note(id: string, failure: Stale | null): void {
  if (failure) failures.set(id, failure);
  else failures.delete(id);
  for (const changed of watchers) changed();
}

/** One of the answers on the page that are older than they should be. */
export function useStale(): Stale | undefined {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => failures.values().next().value,
  );
}
