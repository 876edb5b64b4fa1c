import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { parse } from 'graphql';
import type { ReactNode } from 'react';
import { Client, cacheExchange, fetchExchange, Provider } from 'urql';
import { afterEach, expect, it } from 'vitest';
import { useData } from './page-query.tsx';
import { useStale } from './stale.ts';

const DOCUMENT = parse('query Thing($of: String) { thing(of: $of) { __typename id note } }') as never;
type Data = { thing: { id: string; note: string | null } | null };

// What the service answers next; null is no answer.
let next: ((of: string) => object) | null;

async function answer(_: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  if (!next) throw new TypeError('Failed to fetch');
  const { of } = JSON.parse(String(init?.body)).variables;
  return new Response(JSON.stringify(next(of)), { headers: { 'Content-Type': 'application/json' } });
}

const thing = (of: string, note: string | null = 'as it was') => ({ thing: { __typename: 'Thing', id: of, note } });
const broken = { errors: [{ message: 'broken', extensions: { requestId: 'r1' } }] };

async function show() {
  next = (of) => ({ data: thing(of) });
  const client = new Client({
    url: 'http://localhost/graphql',
    exchanges: [cacheExchange, fetchExchange],
    fetch: answer,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
  });
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const shown = renderHook(({ of }) => ({ ...useData<Data, { of: string }>(DOCUMENT, { of }), stale: useStale() }), {
    initialProps: { of: 'a' },
    wrapper,
  });
  await waitFor(() => expect(shown.result.current.data).toEqual(thing('a')));
  return shown;
}

afterEach(cleanup);

it.each([
  ['there is no answer', null],
  ['all of the answer is an error', () => ({ data: null, ...broken })],
  ['a part of the answer is an error', () => ({ data: { thing: null }, ...broken })],
])('keeps what is shown when it is asked again and %s', async (_, failing) => {
  const { result } = await show();

  next = failing;
  act(() => result.current.reload());

  await waitFor(() => expect(result.current.stale).toBeDefined());
  expect(result.current.data).toEqual(thing('a'));
  expect(result.current.error).toBeUndefined();

  next = (of) => ({ data: thing(of, 'newer') });
  act(() => result.current.stale?.reload());

  await waitFor(() => expect(result.current.data).toEqual(thing('a', 'newer')));
  expect(result.current.stale).toBeUndefined();
});

it('shows nothing of one thing in place of another that fails', async () => {
  const { result, rerender } = await show();

  next = () => ({ data: null, ...broken });
  rerender({ of: 'b' });

  await waitFor(() => expect(result.current.error).toBeDefined());
  expect(result.current.data ?? null).toBeNull();
  expect(result.current.stale).toBeUndefined();
});

it('says that a thing is gone when the service says so', async () => {
  const { result } = await show();

  next = () => ({ data: { thing: null } });
  act(() => result.current.reload());

  await waitFor(() => expect(result.current.data).toEqual({ thing: null }));
});
