import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Client, fetchExchange, Provider } from 'urql';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RunFilter } from '../generated/runs/list.ts';
import { orderOf, parseSort } from './run-filters.ts';
import { useLiveRuns } from './use-live-runs.ts';

interface Row {
  id: string;
  state: string;
}

// What the service would know: its runs, and how many of them failed.
let runs: Row[] = [];
let failed = 0;

function rowOf({ id, state }: Row) {
  const path = `root/p/${id}`;
  const fields = { __typename: 'Run', id, key: id, name: id, path, url: '', state, jobType: null, createdAt: '' };
  const more = { startedAt: '', finishedAt: null, group: null, tags: [], config: {}, summary: {} };
  return { ...fields, ...more, inputs: { totalCount: 0 }, outputs: { totalCount: 0 } };
}

function connectionOf(rows: Row[], totalCount = rows.length) {
  const pageInfo = { hasNextPage: false, endCursor: null };
  return { totalCount, pageInfo, edges: rows.map((row) => ({ node: rowOf(row) })) };
}

async function answer(_: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { operationName, variables } = JSON.parse(String(init?.body));
  const total = variables.filter ? failed : runs.length;
  const data =
    operationName === 'RunNow'
      ? { run: rowOf(runs.find((run) => variables.path.endsWith(run.id)) ?? { id: 'none', state: 'FAILED' }) }
      : {
          project: {
            id: 'p',
            runs: connectionOf(operationName === 'RunsTable' ? runs : [], total),
            running: connectionOf(runs.filter((run) => run.state === 'RUNNING')),
          },
        };
  return new Response(JSON.stringify({ data }), { headers: { 'Content-Type': 'application/json' } });
}

function show(filter: RunFilter | null) {
  const client = new Client({
    url: 'http://localhost/graphql',
    exchanges: [fetchExchange],
    fetch: answer,
    preferGetMethod: false,
  });
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const order = orderOf(parseSort(null));
  return renderHook(({ wanted }: { wanted: RunFilter | null }) => useLiveRuns('root/p', wanted, order), {
    initialProps: { wanted: filter },
    wrapper,
  });
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const later = () => act(() => vi.advanceTimersByTimeAsync(6000));

it('counts runs that came since, and shows them only when asked', async () => {
  runs = [{ id: 'a', state: 'FINISHED' }];
  const { result } = show(null);
  await waitFor(() => expect(result.current.items).toHaveLength(1));
  runs = [{ id: 'b', state: 'FINISHED' }, ...runs];
  await later();
  await waitFor(() => expect(result.current.newCount).toBe(1));
  expect(result.current.items).toHaveLength(1);
  act(() => result.current.reload());
  await waitFor(() => expect(result.current.items).toHaveLength(2));
  expect(result.current.newCount).toBe(0);
});

it('shows the first run of all by itself', async () => {
  runs = [];
  const { result } = show(null);
  await waitFor(() => expect(result.current.totalCount).toBe(0));
  runs = [{ id: 'a', state: 'RUNNING' }];
  await later();
  await waitFor(() => expect(result.current.items).toHaveLength(1));
});

it('asks again for runs that go on, and for those that just ended', async () => {
  runs = [{ id: 'a', state: 'RUNNING' }];
  const { result } = show(null);
  await waitFor(() => expect(result.current.items[0]?.state).toBe('RUNNING'));
  runs = [{ id: 'a', state: 'FAILED' }];
  await later();
  await waitFor(() => expect(result.current.items[0]?.state).toBe('FAILED'));
});

it('does not take the count of another filter for new runs', async () => {
  runs = [
    { id: 'a', state: 'FAILED' },
    { id: 'b', state: 'FINISHED' },
  ];
  failed = 1;
  const { result, rerender } = show(null);
  await waitFor(() => expect(result.current.totalCount).toBe(2));
  await later();
  rerender({ wanted: { states: ['FAILED'] } });
  await waitFor(() => expect(result.current.totalCount).toBe(1));
  expect(result.current.newCount).toBe(0);
  await later();
  expect(result.current.newCount).toBe(0);
});
