import { useMemo } from 'react';
import { RunMetricKeysDocument } from '../../generated/runs/charts/history.ts';
import { useT } from '../../lib/messages.tsx';
import { useData } from '../../lib/page-query.tsx';
import { usePolling } from '../../lib/polling.ts';
import { useParams } from '../../lib/search-params.ts';
import { Empty, Failure, Loading } from '../../ui/notices.tsx';
import type { ChartedRun } from '../charts/use-series.ts';
import { SearchInput } from '../search-input.tsx';
import styles from './media.module.css';
import { mediaKeys } from './media.ts';
import { MediaPanel } from './media-panel.tsx';

const EVERY_MS = 10_000;
const WORTH_SEARCHING = 5;

/** Everything but numbers that a run logged, by key, each over its steps. */
export default function MediaTab({ run }: { run: ChartedRun }) {
  const t = useT();
  const [params, setParams] = useParams();
  const { data, error, reload } = useData(RunMetricKeysDocument, { path: run.path });
  usePolling(reload, run.isRunning ? EVERY_MS : null);
  const series = data?.run?.history.series;
  const keys = useMemo(() => mediaKeys(series ?? []), [series]);
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  if (!keys.length) {
    const code =
      'run.log({"sample": headwater.Image(pixels, caption="a seven"), "table": headwater.Table(dataframe=df)})';
    return (
      <Empty title={t('runs.noMedia')} code={code}>
        {t('runs.noMediaHint')}
      </Empty>
    );
  }
  const search = params.get('metric') ?? '';
  const wanted = search.normalize('NFKC').toLowerCase().trim();
  return (
    <div className={styles.tab}>
      {keys.length >= WORTH_SEARCHING && (
        <span className={styles.search}>
          <SearchInput
            label={t('runs.searchMedia')}
            value={search}
            onChange={(metric) => setParams({ metric }, { replace: true })}
          />
        </span>
      )}
      {keys
        .filter((key) => key.normalize('NFKC').toLowerCase().includes(wanted))
        .map((key) => (
          <MediaPanel key={key} run={run} name={key} />
        ))}
    </div>
  );
}
