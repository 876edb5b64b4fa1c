import { useMemo } from 'react';
import { type RunFilter, RunGroupsDocument } from '../generated/runs/list.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useParams } from '../lib/search-params.ts';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import { type RunState, STATE_LABELS, StateMark } from '../ui/state.tsx';
import styles from './grouped-runs.module.css';
import { bothOf, orderOf, parseSort } from './run-filters.ts';
import { groupsOf, NO_NAME, type RunGroupLine } from './run-groups.ts';
import type { GroupKey } from './runs-tab.tsx';
import { RunsTable } from './runs-table.tsx';
import { useLiveRuns } from './use-live-runs.ts';

interface GroupedRunsProps {
  projectPath: string;
  filter: RunFilter | null;
  group: GroupKey;
  columns: readonly string[];
}

const GROUP_BY = { job: ['JOB_TYPE', 'STATE'], of: ['GROUP', 'STATE'], state: ['STATE'] } as const;

/** Runs under headings with the server's counts; an opened group lists its runs. */
export function GroupedRuns({ projectPath, filter, group, columns }: GroupedRunsProps) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const open = params.getAll('open');
  const variables = { project: projectPath, filter, groupBy: [...GROUP_BY[group]] };
  const { data, error, reload } = useData(RunGroupsDocument, variables);
  const lines = useMemo(() => groupsOf(data?.runCounts ?? [], group), [data, group]);
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  if (!lines.length) return <Empty title={t('runs.noneMatch')}>{t('runs.noneMatchHint')}</Empty>;
  const toggle = (id: string) =>
    setParams({ open: open.includes(id) ? open.filter((one) => one !== id) : [...open, id] }, { replace: true });
  return (
    <div className={styles.groups}>
      {lines.map((line) => {
        const isOpen = open.includes(line.id);
        return (
          <section key={line.id} className={styles.group}>
            <h2 className={styles.heading}>
              <button type="button" className={styles.toggle} aria-expanded={isOpen} onClick={() => toggle(line.id)}>
                <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
                <span dir="auto">{nameOf(line, group)}</span>
                <span className={styles.count}>{formatCount(line.count, locale)}</span>
              </button>
              {group !== 'state' &&
                line.states.map(([state, count]) => (
                  <span key={state} className={styles.state}>
                    <StateMark state={state} isSignOnly /> {formatCount(count, locale)}
                  </span>
                ))}
            </h2>
            {isOpen && (
              <RunsOfGroup
                projectPath={projectPath}
                filter={bothOf(filter, filterOfGroup(line, group, lines))}
                columns={columns}
              />
            )}
          </section>
        );
      })}
    </div>
  );

  function nameOf(line: RunGroupLine, by: GroupKey): string {
    if (line.id === NO_NAME) return by === 'job' ? t('runs.noJobType') : t('runs.noGroup');
    return by === 'state' ? t(STATE_LABELS[line.key as RunState]) : line.key;
  }
}

/** The runs of a group; those without a name are all that have none of the others. */
function filterOfGroup(line: RunGroupLine, group: GroupKey, lines: readonly RunGroupLine[]): RunFilter {
  if (group === 'state') return { states: [line.key as RunState] };
  const name = group === 'job' ? 'jobTypes' : 'groups';
  if (line.id !== NO_NAME) return { [name]: [line.key] };
  return { not: { [name]: lines.filter((one) => one.id !== NO_NAME).map((one) => one.key) } };
}

function RunsOfGroup({ projectPath, filter, columns }: Omit<GroupedRunsProps, 'group'>) {
  const { locale } = useLanguage();
  const [params] = useParams();
  const runs = useLiveRuns(projectPath, filter, orderOf(parseSort(params.get('sort'))));
  return <RunsTable projectPath={projectPath} runs={runs} columns={columns} isFiltered locale={locale} />;
}
