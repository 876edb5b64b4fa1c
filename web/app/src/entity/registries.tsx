import { Link } from 'wouter';
import { EntityRegistriesDocument, type EntityRegistriesQuery } from '../generated/entity/queries.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { hrefOf } from '../lib/routes.ts';
import { AliasChips } from '../ui/chips.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import { ROLE_LABELS } from './roles.ts';

type Registry = EntityRegistriesQuery['registries']['edges'][number]['node'];

export function Registries({ entity }: { entity: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const pages = usePages(EntityRegistriesDocument, { entity }, (data) => data.registries);
  const columns: Column<Registry>[] = [
    {
      id: 'name',
      label: t('entity.name'),
      width: 'minmax(180px, 2fr)',
      isKey: true,
      render: (registry) => (
        <Link href={hrefOf(registry.path)} dir="auto" title={registry.path}>
          {registry.name}
        </Link>
      ),
    },
    {
      id: 'description',
      label: t('entity.description'),
      width: 'minmax(140px, 3fr)',
      render: (registry) => <span dir="auto">{registry.description.split('\n', 1)}</span>,
    },
    {
      id: 'models',
      label: t('entity.models'),
      width: '120px',
      isNumeric: true,
      isKey: true,
      render: (registry) => formatCount(registry.collections.totalCount, locale),
    },
    {
      id: 'protected',
      label: t('entity.protected'),
      width: 'minmax(140px, 1fr)',
      isKey: true,
      render: (registry) => <AliasChips names={registry.protectedAliases} isProtected={() => true} />,
    },
    {
      id: 'visibility',
      label: t('entity.visibility'),
      width: 'minmax(180px, 1fr)',
      render: (registry) => t(registry.visibility === 'RESTRICTED' ? 'entity.restricted' : 'entity.open'),
    },
    {
      id: 'role',
      label: t('entity.yourRole'),
      width: '100px',
      render: (registry) => (registry.viewerRole ? t(ROLE_LABELS[registry.viewerRole]) : t('ui.none')),
    },
  ];
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  if (pages.totalCount === undefined) return <Loading />;
  if (pages.totalCount === 0) return <Empty title={t('entity.noRegistries')}>{t('entity.noRegistriesHint')}</Empty>;
  return (
    <DataTable
      label={t('entity.registries')}
      rows={pages.items}
      columns={columns}
      rowKey={(registry) => registry.id}
      rowHref={(registry) => hrefOf(registry.path)}
      total={pages.totalCount}
      hasMore={pages.hasMore}
      isLoading={pages.isLoading}
      onMore={pages.more}
    />
  );
}
