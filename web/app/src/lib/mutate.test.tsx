import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { act, cleanup, renderHook } from '@testing-library/react';
import { parse } from 'graphql';
import type { ReactNode } from 'react';
import { Client, fetchExchange, Provider } from 'urql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { activate } from './messages.tsx';
import { useChange } from './mutate.ts';

interface Data {
  rename: { __typename: 'Renamed'; name: string } | { __typename: 'ConflictError'; message: string };
}
interface Variables {
  input: { operationId: string; name: string };
}

const DOCUMENT = parse('mutation Rename($input: RenameInput!) { rename(input: $input) { name } }');

let sent: string[] = [];
let isAway = false;

async function rename(_: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { input } = JSON.parse(String(init?.body)).variables;
  sent.push(input.operationId);
  if (isAway) throw new TypeError('away');
  const answer =
    input.name === 'taken' ? { __typename: 'ConflictError', message: 'It is taken.' } : { name: input.name };
  return new Response(JSON.stringify({ data: { rename: answer } }), {
    headers: { 'Content-Type': 'application/json' },
  });
}

function show() {
  const client = new Client({
    url: 'http://localhost/graphql',
    exchanges: [fetchExchange],
    fetch: rename,
    preferGetMethod: false,
  });
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  return renderHook(() => useChange(DOCUMENT as TypedDocumentNode<Data, Variables>), { wrapper }).result;
}

beforeEach(async () => {
  await activate('en');
  sent = [];
  isAway = false;
});
afterEach(cleanup);

it('makes one change of two clicks at once', async () => {
  const change = show();

  await act(() => Promise.all([change.current.run({ name: 'a' }), change.current.run({ name: 'a' })]));

  expect(new Set(sent).size).toBe(1);
});

it('sends the same change after a lost answer, and another one once that was answered', async () => {
  const change = show();
  isAway = true;
  const lost = await act(() => change.current.run({ name: 'a' }));
  expect(lost.refusal?.__typename).toBe('UnavailableError');

  isAway = false;
  const found = await act(() => change.current.run({ name: 'a' }));
  await act(() => change.current.run({ name: 'a' }));

  expect(found.payload).toEqual({ name: 'a' });
  expect(sent[1]).toBe(sent[0]);
  expect(sent[2]).not.toBe(sent[0]);
});

it('sends another change for another input, and after it was forgotten', async () => {
  const change = show();
  isAway = true;

  await act(() => change.current.run({ name: 'a' }));
  await act(() => change.current.run({ name: 'b' }));
  act(() => change.current.reset());
  await act(() => change.current.run({ name: 'b' }));

  expect(new Set(sent).size).toBe(3);
});

it('tells a refusal as the service types it', async () => {
  const change = show();

  const outcome = await act(() => change.current.run({ name: 'taken' }));

  expect(outcome).toMatchObject({ payload: null, refusal: { __typename: 'ConflictError', message: 'It is taken.' } });
  expect(change.current.isRunning).toBe(false);
});
