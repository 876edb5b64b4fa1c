// A runs table that stays true while it is looked at: rows that go on are asked for again, and new runs are counted but
// not put in between.
import { useCallback, useMemo, useState } from 'react';
import { useClient } from 'urql';
import {
  type RunFilter,
  RunNowDocument,
  type RunOrder,
  type RunRowFragment,
  RunsNowDocument,
  RunsTableDocument,
} from '../generated/runs/list.ts';
import { type Pages, usePages } from '../lib/pages.ts';
import { usePolling } from '../lib/polling.ts';

const EVERY_MS = 5000;
const PAGE = 50;
const RUNNING: RunFilter = { states: ['RUNNING'] };

export interface LiveRuns extends Pages<RunRowFragment> {
  /** How many runs came since the list was asked for. */
  newCount: number;
}

export function useLiveRuns(project: string, filter: RunFilter | null, orderBy: RunOrder): LiveRuns {
  const client = useClient();
  const variables = { project, filter, orderBy, first: PAGE };
  const pages = usePages(RunsTableDocument, variables, (data) => data.project?.runs, { isMain: true });
  const [fresh, setFresh] = useState<ReadonlyMap<string, RunRowFragment>>(new Map());
  // How many there are now, and of which list: after a filter changed, an older number means nothing.
  const list = JSON.stringify([project, filter]);
  const [now, setNow] = useState<{ list: string; total: number } | null>(null);
  const items = useMemo(() => pages.items.map((run) => fresh.get(run.id) ?? run), [pages.items, fresh]);

  async function look() {
    const { data } = await client
      .query(RunsNowDocument, { project, filter, running: RUNNING }, { requestPolicy: 'network-only' })
      .toPromise();
    if (!data?.project) return;
    setNow({ list, total: data.project.runs.totalCount });
    if (pages.totalCount === 0 && data.project.runs.totalCount > 0) pages.reload();
    const running = new Map(data.project.running.edges.map(({ node }) => [node.id, node]));
    const ended = items.filter((run) => run.state === 'RUNNING' && !running.has(run.id)).slice(0, PAGE);
    const answers = await Promise.all(
      ended.map((run) =>
        client.query(RunNowDocument, { path: run.path }, { requestPolicy: 'network-only' }).toPromise(),
      ),
    );
    for (const { data: one } of answers) if (one?.run) running.set(one.run.id, one.run);
    if (running.size) setFresh((before) => new Map([...before, ...running]));
  }
  usePolling(look, EVERY_MS);

  const reload = useCallback(() => {
    setNow(null);
    pages.reload();
  }, [pages.reload]);
  const isComparable = now?.list === list && !pages.isLoading && pages.totalCount !== undefined;
  const newCount = isComparable ? Math.max(0, now.total - (pages.totalCount ?? 0)) : 0;
  return { ...pages, items, reload, newCount };
}
