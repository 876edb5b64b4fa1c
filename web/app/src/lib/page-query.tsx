// Data of a page: asked for by a generated document, kept on the screen until newer data is there, and shown to whoever
// wants the query itself ("show this query").
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { type AnyVariables, type CombinedError, useQuery } from 'urql';
import { useLiveChanges } from './live.ts';
import { useOnAnswer } from './service.ts';
import { useNoteStale } from './stale.ts';

interface ShownQuery {
  text: string;
  variables: Record<string, unknown>;
}

interface PageQueryContext {
  shown: ShownQuery | null;
  show: (query: ShownQuery | null) => void;
}

const Context = createContext<PageQueryContext>({ shown: null, show: () => {} });

export function PageQueryProvider({ children }: { children: ReactNode }) {
  const [shown, show] = useState<ShownQuery | null>(null);
  const context = useMemo(() => ({ shown, show }), [shown]);
  return <Context value={context}>{children}</Context>;
}

/** The query behind the page that is open, as the address of a GraphiQL that holds it. */
export function usePageQueryHref(): string | null {
  const { shown } = useContext(Context);
  if (!shown) return null;
  const fragment = new URLSearchParams({ query: shown.text, variables: JSON.stringify(shown.variables, null, 2) });
  return `/graphiql#${fragment}`;
}

export interface Loaded<Data> {
  /** The newest answer, else the one before it; undefined until the first. */
  data: Data | undefined;
  /** Why there is no answer. One that failed later leaves the answer before it, and the frame says so. */
  error: CombinedError | undefined;
  /** Whether the data answers these variables, and not those before. */
  isCurrent: boolean;
  /** Whether an answer is under way. */
  isLoading: boolean;
  /** Ask again now, past what is kept. */
  reload: () => void;
}

interface Options {
  /** Do not ask yet. */
  isPaused?: boolean;
  /** Whether it is the main query of a page: "show this query" shows it, and it is asked again when something changed. */
  isMain?: boolean;
}

/** Asks a query and keeps the last answer while the next is under way, also when the variables change. */
export function useData<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { isPaused = false, isMain = false }: Options = {},
): Loaded<Data> {
  const [{ data, error, fetching, stale, operation }, ask] = useQuery({ query: document, variables, pause: isPaused });
  const key = JSON.stringify(variables);
  const last = useRef<{ key: string; data: Data } | null>(null);
  // While the next is asked, `data` is still the answer to the one before.
  const answered = JSON.stringify(operation?.variables);
  if (data && !error && !fetching) last.current = { key: answered, data };
  // A later answer that failed takes nothing away; what was asked before is no answer to this.
  const kept = error && last.current?.key === key ? last.current.data : undefined;
  useShownQuery(isMain && !isPaused ? document : null, variables);
  const reload = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask]);
  useLiveChanges(reload, { isPaused: isPaused || !isMain });
  useOnAnswer(() => {
    if (!isPaused && (error || isMain)) reload();
  });
  useNoteStale(kept && error, reload);
  const shown = kept ?? data ?? (error ? undefined : last.current?.data);
  const isCurrent = kept !== undefined || (data !== undefined && answered === key);
  return { data: shown, error: kept ? undefined : error, isCurrent, isLoading: fetching || stale, reload };
}

/** Makes a query the one that "show this query" shows; null makes it none. */
export function useShownQuery<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables> | null,
  variables: Variables,
): void {
  const { show } = useContext(Context);
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (!document) return;
    show({ text: print(document), variables: JSON.parse(key) });
    return () => show(null);
  }, [document, key, show]);
}
