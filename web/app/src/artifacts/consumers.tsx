import { Link } from 'wouter';
import { VersionConsumersDocument, type VersionConsumersQuery } from '../generated/artifacts/version.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { runHref } from '../lib/routes.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Failure } from '../ui/notices.tsx';
import { StateMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import styles from './artifacts.module.css';

type Node = NonNullable<VersionConsumersQuery['node']>;
type Run = Extract<Node, { __typename: 'ArtifactVersion' }>['consumedBy']['edges'][number]['node'];

/** The runs that used a version, the latest first: all of them, page by page. */
export function Consumers({ versionId }: { versionId: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const pages = usePages(VersionConsumersDocument, { id: versionId, filter: null }, ({ node }) =>
    node?.__typename === 'ArtifactVersion' || node?.__typename === 'RegistryVersion' ? node.consumedBy : null,
  );
  const columns: Column<Run>[] = [
    {
      id: 'name',
      label: t('artifacts.run'),
      width: 'minmax(160px, 2fr)',
      isKey: true,
      render: (run) => (
        <>
          <StateMark state={run.state} isSignOnly />
          <Link href={runHref(run.path)} dir="auto" title={run.path}>
            {run.name}
          </Link>
        </>
      ),
    },
    { id: 'job', label: t('artifacts.jobType'), isKey: true, render: (run) => <span dir="auto">{run.jobType}</span> },
    {
      id: 'place',
      label: t('artifacts.project'),
      render: (run) => <span dir="auto">{run.path.split('/').slice(0, 2).join('/')}</span>,
    },
    { id: 'started', label: t('artifacts.started'), isKey: true, render: (run) => <Time at={run.startedAt} /> },
  ];
  return (
    <section className={styles.block}>
      <h2>
        {t('artifacts.consumers')}{' '}
        <span className={styles.muted}>{pages.totalCount !== undefined && formatCount(pages.totalCount, locale)}</span>
      </h2>
      {pages.error && <Failure error={pages.error} onRetry={pages.reload} />}
      {pages.totalCount === 0 && <p className={styles.muted}>{t('artifacts.unusedHint')}</p>}
      {pages.items.length > 0 && (
        <DataTable
          label={t('artifacts.consumers')}
          rows={pages.items}
          columns={columns}
          rowKey={(run) => run.id}
          rowHref={(run) => runHref(run.path)}
          total={pages.totalCount}
          hasMore={pages.hasMore}
          isLoading={pages.isLoading}
          onMore={pages.more}
        />
      )}
    </section>
  );
}
