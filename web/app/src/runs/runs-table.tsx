import { useMemo } from 'react';
import { firstSteps } from '../home/first-steps.ts';
import { type Locale, useT } from '../lib/messages.tsx';
import { runHref } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { DataTable } from '../ui/data-table.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import { runColumns } from './run-columns.tsx';
import { formatSort, parseSort } from './run-filters.ts';
import type { LiveRuns } from './use-live-runs.ts';

interface RunsTableProps {
  projectPath: string;
  runs: LiveRuns;
  columns: readonly string[];
  isFiltered: boolean;
  locale: Locale;
}

/** The rows of a runs table. Marks and the order are in the address. */
export function RunsTable({ projectPath, runs, columns, isFiltered, locale }: RunsTableProps) {
  const t = useT();
  const [params, setParams] = useParams();
  const marked = useMemo(() => new Set(params.getAll('mark')), [params]);
  const shown = useMemo(() => runColumns(t, locale, columns), [t, locale, columns]);
  if (runs.error) return <Failure error={runs.error} onRetry={runs.reload} />;
  if (runs.items.length === 0) {
    if (runs.isLoading) return <Loading />;
    return isFiltered ? (
      <Empty title={t('runs.noneMatch')}>{t('runs.noneMatchHint')}</Empty>
    ) : (
      <Empty title={t('runs.none')} code={firstSteps(window.location.origin, projectPath)}>
        {t('runs.noneHint')}
      </Empty>
    );
  }
  return (
    <DataTable
      label={t('runs.table')}
      rows={runs.items}
      columns={shown}
      rowKey={(run) => run.key}
      rowHref={(run) => runHref(run.path)}
      total={runs.totalCount}
      hasMore={runs.hasMore}
      isLoading={runs.isLoading}
      onMore={runs.more}
      sort={parseSort(params.get('sort'))}
      onSort={(next) => setParams({ sort: formatSort(next) })}
      marked={marked}
      onMark={(key) => {
        const next = new Set(marked);
        if (!next.delete(key)) next.add(key);
        setParams({ mark: [...next] }, { replace: true });
      }}
    />
  );
}
