// The columns of a runs table: fixed ones, and leaves of configs and summaries that people choose.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { RunRowFragment } from '../generated/runs/list.ts';
import { formatCount } from '../lib/format.ts';
import type { Locale, Translate } from '../lib/messages.tsx';
import { runHref } from '../lib/routes.ts';
import { Tags } from '../ui/chips.tsx';
import type { Column } from '../ui/data-table.tsx';
import { StateMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { isMedium, leavesOf, valueAt } from './documents.ts';
import { Duration } from './duration.tsx';
import styles from './runs-tab.module.css';
import { Value } from './value.tsx';

const SAMPLED_ROWS = 50;

/** The keys that some runs have, such as `config.lr` and `summary.accuracy`, the most frequent first. */
export function documentColumns(runs: readonly RunRowFragment[]): string[] {
  const counts = new Map<string, number>();
  for (const run of runs) {
    for (const [document, value] of [
      ['config', run.config],
      ['summary', run.summary],
    ] as const) {
      for (const [path, leaf] of leavesOf(value)) {
        // `_step` and its like are the recorder's own.
        if (isMedium(leaf) || path.startsWith('_')) continue;
        const key = `${document}.${path}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return [...counts].sort(([, one], [, other]) => other - one).map(([key]) => key);
}

/** What is shown until somebody chooses: two of the configs, and three numbers of the summaries. */
export function defaultColumns(runs: readonly RunRowFragment[]): string[] {
  const first = runs.slice(0, SAMPLED_ROWS);
  const keys = documentColumns(first);
  const isNumber = (key: string) => first.some((run) => typeof cellOf(run, key) === 'number');
  const config = keys.filter((key) => key.startsWith('config.') && isNumber(key)).slice(0, 2);
  return [...config, ...keys.filter((key) => key.startsWith('summary.') && isNumber(key)).slice(0, 3)];
}

export function cellOf(run: RunRowFragment, column: string): unknown {
  const dot = column.indexOf('.');
  return valueAt(column.slice(0, dot) === 'config' ? run.config : run.summary, column.slice(dot + 1));
}

/** Room for the name of a column, within reason. */
function widthOf(key: string): number {
  return Math.max(84, Math.min(200, (key.length - key.indexOf('.')) * 8 + 32));
}

export function runColumns(t: Translate, locale: Locale, chosen: readonly string[]): Column<RunRowFragment>[] {
  const column = (id: string, label: string, render: (run: RunRowFragment) => ReactNode, more = {}) => ({
    id,
    label,
    render,
    ...more,
  });
  return [
    column('name', t('runs.name'), (run) => <RunLink run={run} />, {
      width: 'minmax(180px, 2fr)',
      isKey: true,
      sortKey: 'name',
    }),
    column('state', t('runs.state'), (run) => <StateMark state={run.state} />, {
      width: 'minmax(96px, 110px)',
      isKey: true,
      sortKey: 'state',
    }),
    column('job', t('runs.jobType'), (run) => <span dir="auto">{run.jobType ?? t('ui.none')}</span>, {
      width: 'minmax(90px, 1fr)',
      sortKey: 'job',
    }),
    ...chosen.map((key) =>
      column(key, key.slice(key.indexOf('.') + 1), (run) => <Value value={cellOf(run, key)} />, {
        width: `minmax(${widthOf(key)}px, 1fr)`,
        isNumeric: true,
        sortKey: key,
      }),
    ),
    column('tags', t('runs.tags'), (run) => <RowTags tags={run.tags} />, { width: 'minmax(96px, 1.2fr)' }),
    column('created', t('runs.created'), (run) => <Time at={run.createdAt} />, {
      width: 'minmax(96px, 120px)',
      isKey: true,
      sortKey: 'created',
    }),
    column('duration', t('runs.duration'), (run) => <Duration run={run} />, {
      width: 'minmax(72px, 90px)',
      isNumeric: true,
      sortKey: 'duration',
    }),
    column('edges', t('runs.inOut'), (run) => <InOut run={run} t={t} locale={locale} />, {
      width: 'minmax(72px, 84px)',
      isNumeric: true,
    }),
  ];
}

/** Tags in one line, all of them on hover. */
function RowTags({ tags }: { tags: readonly string[] }) {
  return (
    <span className={styles.tags} title={tags.join(', ')}>
      <Tags names={tags} />
    </span>
  );
}

function RunLink({ run }: { run: RunRowFragment }) {
  return (
    <Link href={runHref(run.path)} dir="auto" title={`${run.name} (${run.key})`}>
      {run.name}
    </Link>
  );
}

function InOut({ run, t, locale }: { run: RunRowFragment; t: Translate; locale: Locale }) {
  const [inputs, outputs] = [run.inputs.totalCount, run.outputs.totalCount].map((one) => formatCount(one, locale));
  return (
    <span title={t('runs.inOutTitle', { inputs: run.inputs.totalCount, outputs: run.outputs.totalCount })}>
      {inputs} / {outputs}
    </span>
  );
}
