import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { RunMediaDocument } from '../../generated/runs/run.ts';
import { useWasInView } from '../../lib/in-view.ts';
import { useT } from '../../lib/messages.tsx';
import { usePolling } from '../../lib/polling.ts';
import { useParams } from '../../lib/search-params.ts';
import { Button } from '../../ui/button.tsx';
import { Failure, Loading } from '../../ui/notices.tsx';
import type { ChartedRun } from '../charts/use-series.ts';
import type { Medium } from '../documents.ts';
import { MaskLegend } from './mask-legend.tsx';
import { groupsOf, masksOf, Switches } from './masks.ts';
import styles from './media.module.css';
import { type Logged, loggedMedia } from './media.ts';
import { MediumView } from './medium-view.tsx';
import { useClassColours, useMasks } from './use-masks.ts';

const EVERY_MS = 10_000;
const TOGETHER = 24;

/** What was logged under a key, with a slider over its steps; the last step unless the address says another. */
export function MediaPanel({ run, name }: { run: ChartedRun; name: string }) {
  const t = useT();
  const id = useId();
  const place = useRef<HTMLElement>(null);
  const isShown = useWasInView(place);
  const [params, setParams] = useParams();
  const { logged, error, retry } = useLogged(run, name, isShown);
  const parameter = `at.${name}`;
  const wanted = params.has(parameter) ? Number(params.get(parameter)) : Number.POSITIVE_INFINITY;
  const after = logged?.findIndex((one) => one.step > wanted) ?? -1;
  const index = logged ? Math.max(0, (after < 0 ? logged.length : after) - 1) : 0;
  const shown = logged?.[index];
  return (
    <section ref={place} className={styles.panel} aria-labelledby={`${id}-name`}>
      <header className={styles.head}>
        <h2 id={`${id}-name`} dir="auto">
          {name}
        </h2>
        {shown && logged && logged.length > 1 && (
          <label className={styles.steps}>
            <input
              type="range"
              min="0"
              max={logged.length - 1}
              value={index}
              aria-label={t('runs.stepOf', { name })}
              aria-valuetext={t('runs.stepAt', { step: shown.step, at: index + 1, count: logged.length })}
              onChange={(event) => {
                const next = logged[Number(event.target.value)];
                if (next) setParams({ [parameter]: String(next.step) }, { replace: true });
              }}
            />
            {t('runs.stepAt', { step: shown.step, at: index + 1, count: logged.length })}
          </label>
        )}
        {shown && logged?.length === 1 && (
          <span className={styles.muted}>{t('runs.onlyStep', { step: shown.step })}</span>
        )}
      </header>
      {error && <Failure error={error} onRetry={retry} />}
      {!logged && !error && <Loading lines={3} />}
      {shown && <Together media={shown.media} runPath={run.path} name={name} />}
    </section>
  );
}

/** What was logged at a step: some of it, more on request, and what switches the masks of all of it. */
function Together({ media, runPath, name }: { media: readonly Medium[]; runPath: string; name: string }) {
  const t = useT();
  const [params, setParams] = useParams();
  const [most, setMost] = useState(TOGETHER);
  const shown = media.slice(0, most);
  const all = shown.flatMap((medium) => masksOf(runPath, medium));
  const { maps, broken } = useMasks(all);
  const colourOf = useClassColours();
  const parameter = `masks.${name}`;
  const switches = useMemo(() => new Switches(params.getAll(parameter)), [params, parameter]);
  const masks = { maps, switches, colourOf, groups: groupsOf(all, maps) };
  return (
    <>
      {all.length > 0 && (
        <MaskLegend
          {...masks}
          broken={broken}
          onChange={(switched) => setParams({ [parameter]: switched }, { replace: true })}
        />
      )}
      <div className={styles.media}>
        {shown.map((medium, at) => (
          <MediumView
            key={`${at} ${String(medium.path)}`}
            medium={medium}
            runPath={runPath}
            name={name}
            masks={masks}
          />
        ))}
      </div>
      {shown.length < media.length && (
        <span>
          <Button onPress={() => setMost(most + TOGETHER)}>
            {t('runs.moreMedia', { count: media.length - shown.length })}
          </Button>
        </span>
      )}
    </>
  );
}

/** All steps of a key, page after page, and the new ones while the run goes on. */
function useLogged(run: ChartedRun, name: string, isShown: boolean) {
  const client = useClient();
  const [logged, setLogged] = useState<readonly Logged[] | null>(null);
  const [error, setError] = useState<CombinedError | null>(null);
  const after = useRef<number | null>(null);
  const isAsking = useRef(false);
  const read = useCallback(async () => {
    if (isAsking.current) return;
    isAsking.current = true;
    try {
      for (let hasMore = true; hasMore; ) {
        const variables = { path: run.path, keys: [name], after: after.current };
        const { data, error: failed } = await client
          .query(RunMediaDocument, variables, { requestPolicy: 'network-only' })
          .toPromise();
        setError(failed ?? null);
        if (!data?.run) return;
        const { rows, endCursor, hasNextPage } = data.run.history;
        after.current = endCursor ?? after.current;
        hasMore = hasNextPage;
        setLogged((before) => [...(before ?? []), ...loggedMedia(rows, name)]);
      }
    } finally {
      isAsking.current = false;
    }
  }, [client, run.path, name]);
  useEffect(() => {
    if (isShown) void read();
  }, [isShown, read]);
  usePolling(read, isShown && run.isRunning ? EVERY_MS : null);
  return { logged, error, retry: () => void read() };
}
