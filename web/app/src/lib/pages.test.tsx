import { cleanup, renderHook, waitFor } from '@testing-library/react';
import { parse } from 'graphql';
import type { ReactNode } from 'react';
import { Client, fetchExchange, Provider } from 'urql';
import { afterEach, expect, it } from 'vitest';
import { type Connection, usePages } from './pages.ts';

interface Data {
  things: Connection<string> | null;
}

const DOCUMENT = parse(
  'query Things($of: String, $after: String) { things(of: $of, after: $after) { edges { node } } }',
);
const waiting = new Map<string, (things: Connection<string> | null | Error) => void>();

function fetchThings(_: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { of } = JSON.parse(String(init?.body)).variables;
  return new Promise((resolve, reject) => {
    waiting.set(of, (things) =>
      things instanceof Error
        ? reject(things)
        : resolve(
            new Response(JSON.stringify({ data: { things } }), { headers: { 'Content-Type': 'application/json' } }),
          ),
    );
  });
}

function pageOf(...names: string[]): Connection<string> {
  return { pageInfo: { hasNextPage: false, endCursor: null }, edges: names.map((node) => ({ node })) };
}

async function answer(of: string, things: Connection<string> | null | Error) {
  await waitFor(() => expect(waiting.has(of)).toBe(true));
  waiting.get(of)?.(things);
  waiting.delete(of);
}

function show() {
  const client = new Client({
    url: 'http://localhost/graphql',
    exchanges: [fetchExchange],
    fetch: fetchThings,
    preferGetMethod: false,
  });
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  return renderHook(
    ({ of }) =>
      usePages<Data, { of: string; after?: string | null }, string>(DOCUMENT as never, { of }, (data) => data.things),
    { initialProps: { of: 'a' }, wrapper },
  );
}

afterEach(() => {
  cleanup();
  waiting.clear();
});

it.each([null, new Error('away')])('shows nothing of one thing under the name of another: %s', async (other) => {
  const { result, rerender } = show();
  await answer('a', pageOf('of a'));
  await waitFor(() => expect(result.current.items).toEqual(['of a']));

  rerender({ of: 'b' });
  await answer('b', other);

  await waitFor(() => expect(result.current.isLoading).toBe(false));
  expect(result.current.items).toEqual([]);
});

it('keeps what is shown when the same question fails later', async () => {
  const { result } = show();
  await answer('a', pageOf('of a'));
  await waitFor(() => expect(result.current.items).toEqual(['of a']));

  result.current.reload();
  await answer('a', new Error('away'));

  await waitFor(() => expect(result.current.error).toBeDefined());
  expect(result.current.items).toEqual(['of a']);
});

it('drops an answer that comes after that of a newer question', async () => {
  const { result, rerender } = show();
  await waitFor(() => expect(waiting.has('a')).toBe(true));

  rerender({ of: 'b' });
  await answer('b', pageOf('of b'));
  await waitFor(() => expect(result.current.items).toEqual(['of b']));
  await answer('a', pageOf('of a'));
  await new Promise((resolve) => setTimeout(resolve, 20));

  expect(result.current.items).toEqual(['of b']);
});
