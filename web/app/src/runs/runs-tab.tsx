import { useMemo } from 'react';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { ColumnPicker } from './column-picker.tsx';
import { FilterBar } from './filter-bar.tsx';
import { GroupedRuns } from './grouped-runs.tsx';
import { MarkedRuns } from './marked-runs.tsx';
import { defaultColumns, documentColumns } from './run-columns.tsx';
import { filterOf, orderOf, parseSort } from './run-filters.ts';
import styles from './runs-tab.module.css';
import { RunsTable } from './runs-table.tsx';
import { useLiveRuns } from './use-live-runs.ts';

export type GroupKey = 'job' | 'state' | 'of';

const GROUPS: readonly GroupKey[] = ['job', 'state', 'of'];

/** All runs of a project: filtered, sorted and counted by the server; the address says how. */
export function RunsTab({ projectPath }: { projectPath: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const filter = useMemo(() => filterOf(params), [params]);
  const sort = parseSort(params.get('sort'));
  const group = GROUPS.find((one) => one === params.get('group')) ?? null;
  const runs = useLiveRuns(projectPath, filter, orderOf(sort));
  const defaults = useMemo(() => defaultColumns(runs.items), [runs.items]);
  const columns = params.has('col') ? params.getAll('col').filter((one) => one !== 'none') : defaults;
  const available = useMemo(() => documentColumns(runs.items), [runs.items]);
  return (
    <div className={styles.tab}>
      <FilterBar projectPath={projectPath} available={available} total={runs.totalCount} group={group}>
        <ColumnPicker
          available={available}
          chosen={columns}
          onChange={(chosen) => setParams({ col: chosen.length ? chosen : ['none'] }, { replace: true })}
        />
      </FilterBar>
      {/* There before it says anything: only then is it read out. */}
      <div role="status" className={styles.news}>
        {runs.newCount > 0 && <Button onPress={runs.reload}>{t('runs.showNew', { count: runs.newCount })}</Button>}
      </div>
      <MarkedRuns projectPath={projectPath} />
      {group ? (
        <GroupedRuns projectPath={projectPath} filter={filter} group={group} columns={columns} />
      ) : (
        <RunsTable
          projectPath={projectPath}
          runs={runs}
          columns={columns}
          isFiltered={filter !== null}
          locale={locale}
        />
      )}
    </div>
  );
}
