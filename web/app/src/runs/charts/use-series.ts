// Metrics of one run or of several, asked for together, and again while a run goes on.
import { useCallback, useEffect, useRef, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { RunSeriesDocument } from '../../generated/runs/charts/history.ts';
import { usePolling } from '../../lib/polling.ts';
import type { Series, Zoom } from './chart-data.ts';

const SAMPLES = 600;
const EVERY_MS = 4000;

/** A run as charts know it. */
export interface ChartedRun {
  path: string;
  label: string;
  isRunning: boolean;
}

export interface RunSeriesOf {
  run: ChartedRun;
  startedAt: string;
  series: ReadonlyMap<string, Series>;
}

interface Found {
  data: readonly RunSeriesOf[] | undefined;
  error: CombinedError | undefined;
  reload: () => void;
}

/** Samples of some metrics within a stretch of steps; the last answer stays until the next is there. */
export function useSeries(
  runs: readonly ChartedRun[],
  keys: readonly string[],
  zoom: Zoom | null,
  isShown: boolean,
): Found {
  const client = useClient();
  const [found, setFound] = useState<Omit<Found, 'reload'>>({ data: undefined, error: undefined });
  const question = useRef(0);
  const wanted = JSON.stringify([runs, keys, zoom]);

  const ask = useCallback(async () => {
    question.current += 1;
    const asked = question.current;
    const [ofRuns, ofKeys, within]: [ChartedRun[], string[], Zoom | null] = JSON.parse(wanted);
    const answers = await Promise.all(
      ofRuns.map((run) => {
        const variables = {
          path: run.path,
          keys: ofKeys,
          samples: SAMPLES,
          minStep: within?.from,
          maxStep: within?.to,
        };
        return client.query(RunSeriesDocument, variables, { requestPolicy: 'network-only' }).toPromise();
      }),
    );
    if (asked !== question.current) return;
    const error = answers.find((answer) => answer.error)?.error;
    const data = answers.flatMap(({ data: one }, index) => {
      const run = ofRuns[index];
      if (!run || !one?.run) return [];
      const series = new Map(one.run.history.series.map((each): [string, Series] => [each.key, each]));
      return [{ run, startedAt: one.run.startedAt, series }];
    });
    setFound((before) => (error ? { ...before, error } : { data, error: undefined }));
  }, [client, wanted]);
  useEffect(() => {
    if (isShown) void ask();
  }, [ask, isShown]);
  usePolling(ask, isShown && runs.some((run) => run.isRunning) ? EVERY_MS : null);
  return { ...found, reload: () => void ask() };
}
