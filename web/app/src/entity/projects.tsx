import { Link } from 'wouter';
import { EntityProjectsDocument, type EntityProjectsQuery } from '../generated/entity/queries.ts';
import { firstSteps } from '../home/first-steps.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { hrefOf } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { TextField } from '../ui/field.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import { Time } from '../ui/time.tsx';

type Project = EntityProjectsQuery['projects']['edges'][number]['node'];

export function Projects({ entity }: { entity: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const text = params.get('name') ?? '';
  const pages = usePages(EntityProjectsDocument, { entity, nameContains: text || null }, (data) => data.projects);
  const columns: Column<Project>[] = [
    {
      id: 'name',
      label: t('entity.name'),
      width: 'minmax(200px, 2fr)',
      isKey: true,
      render: (project) => (
        <Link href={hrefOf(project.path)} dir="auto" title={project.path}>
          {project.name}
        </Link>
      ),
    },
    {
      id: 'description',
      label: t('entity.description'),
      width: 'minmax(160px, 3fr)',
      isKey: true,
      render: (project) => <span dir="auto">{project.description.split('\n', 1)}</span>,
    },
    {
      id: 'runs',
      label: t('entity.runs'),
      width: '96px',
      isNumeric: true,
      render: (project) => formatCount(project.runs.totalCount, locale),
    },
    {
      id: 'artifacts',
      label: t('entity.artifacts'),
      width: '96px',
      isNumeric: true,
      render: (project) => formatCount(project.collections.totalCount, locale),
    },
    {
      id: 'last',
      label: t('entity.lastRun'),
      width: '140px',
      isKey: true,
      render: (project) => <Time at={project.runs.edges[0]?.node.createdAt ?? project.createdAt} />,
    },
  ];
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  if (pages.totalCount === undefined) return <Loading />;
  if (pages.totalCount === 0 && !text) {
    return <Empty title={t('entity.noProjects')} code={firstSteps(window.location.origin, `${entity}/first-steps`)} />;
  }
  return (
    <>
      <TextField
        label={t('entity.find')}
        isLabelHidden
        placeholder={t('entity.find')}
        value={text}
        onChange={(name) => setParams({ name }, { replace: true })}
      />
      <DataTable
        label={t('entity.projects')}
        rows={pages.items}
        columns={columns}
        rowKey={(project) => project.id}
        rowHref={(project) => hrefOf(project.path)}
        total={pages.totalCount}
        hasMore={pages.hasMore}
        isLoading={pages.isLoading}
        onMore={pages.more}
      />
    </>
  );
}
