// Long lists: pages by cursor, one after the other, put together.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type AnyVariables, type CombinedError, useClient } from 'urql';
import { useShownQuery } from './page-query.tsx';
import { useOnAnswer } from './service.ts';

export interface Connection<Node> {
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  totalCount?: number;
  edges: readonly { node: Node }[];
}

export interface Pages<Node> {
  items: readonly Node[];
  /** Undefined until the first page is there, or when the document does not ask for it. */
  totalCount: number | undefined;
  hasMore: boolean;
  isLoading: boolean;
  error: CombinedError | undefined;
  /** Asks for the next page; does nothing while one is under way. */
  more: () => void;
  /** Begins again with the first page; what is shown stays until that is there. */
  reload: () => void;
}

interface State<Node> {
  key: string;
  items: readonly Node[];
  cursor: string | null;
  hasMore: boolean;
  totalCount: number | undefined;
  isLoading: boolean;
  error: CombinedError | undefined;
}

const NOTHING = {
  key: '',
  items: [],
  cursor: null,
  hasMore: false,
  totalCount: undefined,
  isLoading: true,
  error: undefined,
};

/** Asks a document with `$after` page by page. `select` takes the connection out of an answer; null is "not there". */
export function usePages<Data, Variables extends AnyVariables & { after?: string | null }, Node>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  select: (data: Data) => Connection<Node> | null | undefined,
  { isPaused = false, isMain = false }: { isPaused?: boolean; isMain?: boolean } = {},
): Pages<Node> {
  const client = useClient();
  useShownQuery(isMain && !isPaused ? document : null, variables as Variables);
  const key = JSON.stringify(variables);
  const [state, setState] = useState<State<Node>>(NOTHING);
  const choose = useRef(select);
  choose.current = select;
  // The number of the newest question: an answer to an older one is dropped.
  const question = useRef(0);

  const ask = useCallback(
    async (after: string | null) => {
      question.current += 1;
      const asked = question.current;
      setState((before) => ({ ...before, isLoading: true, error: undefined }));
      const all = { ...JSON.parse(key), after } as unknown as Variables;
      const { data, error } = await client.query(document, all, { requestPolicy: 'network-only' }).toPromise();
      if (asked !== question.current) return;
      const found = data ? choose.current(data) : undefined;
      setState((before) => {
        if (error || !found) {
          // What was asked before is no answer to this.
          const kept = before.key === key && error ? before : NOTHING;
          return { ...kept, key, isLoading: false, error, hasMore: false };
        }
        const nodes = found.edges.map((edge) => edge.node);
        return {
          key,
          items: after === null ? nodes : [...before.items, ...nodes],
          cursor: found.pageInfo.endCursor ?? null,
          hasMore: found.pageInfo.hasNextPage,
          totalCount: found.totalCount ?? before.totalCount,
          isLoading: false,
          error: undefined,
        };
      });
    },
    [client, document, key],
  );
  useEffect(() => {
    if (isPaused) return;
    void ask(null);
    return () => {
      question.current += 1;
    };
  }, [ask, isPaused]);

  const more = useCallback(() => {
    if (state.hasMore && !state.isLoading) void ask(state.cursor);
  }, [ask, state.hasMore, state.isLoading, state.cursor]);
  const reload = useCallback(() => void ask(null), [ask]);
  useOnAnswer(() => {
    if (!isPaused && state.error) reload();
  });
  return useMemo(
    () => ({
      items: state.items,
      totalCount: state.totalCount,
      hasMore: state.hasMore,
      isLoading: state.isLoading,
      error: state.error,
      more,
      reload,
    }),
    [state, more, reload],
  );
}
