// The console of a run, page after page, and what is new while it goes on.
import { useCallback, useEffect, useRef, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { RunConsolePageDocument } from '../../generated/runs/run.ts';
import { usePolling } from '../../lib/polling.ts';
import { type LogLine, linesOf } from './lines.ts';

const PAGE = 5000;
const EVERY_MS = 2000;
/** Lines that are kept in the page; a longer console is read on by its reader. */
export const MOST_LINES = 200_000;

interface Console {
  lines: readonly LogLine[];
  isLoading: boolean;
  /** Whether there are more lines than are kept here. */
  isCut: boolean;
  error: CombinedError | undefined;
  retry: () => void;
}

export function useConsole(path: string, isRunning: boolean): Console {
  const client = useClient();
  const [state, setState] = useState<Omit<Console, 'retry'>>({
    lines: [],
    isLoading: true,
    isCut: false,
    error: undefined,
  });
  const position = useRef<{ path: string; after: string | null; count: number }>({ path, after: null, count: 0 });
  const isAsking = useRef(false);

  const read = useCallback(async () => {
    if (isAsking.current) return;
    isAsking.current = true;
    try {
      for (;;) {
        const { after, count } = position.current;
        const variables = { path, first: PAGE, after };
        const { data, error } = await client
          .query(RunConsolePageDocument, variables, { requestPolicy: 'network-only' })
          .toPromise();
        const page = data?.run?.console;
        if (error || !page) {
          setState((before) => ({ ...before, isLoading: false, error }));
          return;
        }
        const added = linesOf(page.texts, count);
        position.current = { path, after: page.endCursor, count: count + added.length };
        const isFull = position.current.count >= MOST_LINES;
        setState((before) => ({
          lines: added.length ? [...before.lines, ...added] : before.lines,
          isLoading: page.hasNextPage && !isFull,
          isCut: page.hasNextPage && isFull,
          error: undefined,
        }));
        if (!page.hasNextPage || isFull) return;
      }
    } finally {
      isAsking.current = false;
    }
  }, [client, path]);
  useEffect(() => void read(), [read]);
  usePolling(read, isRunning && !state.isCut ? EVERY_MS : null);
  return { ...state, retry: () => void read() };
}
