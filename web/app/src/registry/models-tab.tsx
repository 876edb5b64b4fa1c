import { Link } from 'wouter';
import { RegisteredModelsDocument, type RegisteredModelsQuery } from '../generated/registry/registry.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { hrefOf } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { AliasChip, Tags } from '../ui/chips.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import { Time } from '../ui/time.tsx';
import { LATEST } from './place.ts';
import { RecallMarks } from './recall-marks.tsx';
import styles from './registry.module.css';
import type { Registry } from './registry-page.tsx';
import { SearchField } from './search-field.tsx';

type Model = NonNullable<RegisteredModelsQuery['registry']>['collections']['edges'][number]['node'];
type Field = 'NAME' | 'CREATED_AT' | 'UPDATED_AT' | 'RELEVANCE';
const FIELDS: readonly Field[] = ['NAME', 'CREATED_AT', 'UPDATED_AT', 'RELEVANCE'];

/** The registered models of a registry, searched, filtered and sorted by the server; all of that is in the address. */
export function ModelsTab({ registry }: { registry: Registry }) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const search = params.get('search') ?? '';
  const sortKey = FIELDS.find((field) => field === params.get('sort')) ?? (search ? 'RELEVANCE' : 'UPDATED_AT');
  const isDescending = params.get('order') !== 'asc';
  const filter = {
    search: search || null,
    tags: params.getAll('tag').length ? params.getAll('tag') : null,
    types: params.getAll('type').length ? params.getAll('type') : null,
  };
  const orderBy = { field: sortKey, direction: isDescending ? ('DESC' as const) : ('ASC' as const) };
  const pages = usePages(
    RegisteredModelsDocument,
    { path: registry.path, filter, orderBy },
    (data) => data.registry?.collections,
  );
  const columns = useColumns(registry);
  const isNarrowed = Boolean(search || filter.tags || filter.types);
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  if (pages.totalCount === 0 && !isNarrowed) {
    return (
      <Empty title={t('registry.noModels')} code={linkLines(registry.path)}>
        {t('registry.noModelsHint')}
      </Empty>
    );
  }
  return (
    <>
      <div className={styles.bar} role="search">
        <SearchField
          value={search}
          hint={t('registry.findHint')}
          onChange={(text) => setParams({ search: text }, { replace: true })}
        />
        {[...params.getAll('tag'), ...params.getAll('type')].length > 0 && (
          <span>
            <Tags names={[...params.getAll('tag'), ...params.getAll('type')]} />{' '}
            <button type="button" onClick={() => setParams({ tag: null, type: null })}>
              {t('ui.clear')}
            </button>
          </span>
        )}
        <span className={styles.note} role="status">
          {pages.totalCount !== undefined &&
            t('registry.modelCount', { count: pages.totalCount, shown: formatCount(pages.totalCount, locale) })}
        </span>
      </div>
      {pages.totalCount === undefined ? (
        <Loading />
      ) : pages.totalCount === 0 ? (
        <p className={styles.note}>{t('registry.noneFound')}</p>
      ) : (
        <DataTable
          label={t('registry.models')}
          rows={pages.items}
          columns={columns}
          rowKey={(model) => model.id}
          rowHref={(model) => hrefOf(model.path)}
          total={pages.totalCount}
          hasMore={pages.hasMore}
          isLoading={pages.isLoading}
          onMore={pages.more}
          sort={{ key: sortKey, isDescending }}
          onSort={(sort) => setParams({ sort: sort.key, order: sort.isDescending ? null : 'asc' })}
        />
      )}
    </>
  );
}

function useColumns(registry: Registry): Column<Model>[] {
  const t = useT();
  const { locale } = useLanguage();
  const locked = new Set(registry.protectedAliases);
  return [
    {
      id: 'name',
      label: t('registry.name'),
      width: 'minmax(180px, 2fr)',
      isKey: true,
      sortKey: 'NAME',
      render: (model) => (
        <Link href={hrefOf(model.path)} dir="auto" title={model.name}>
          {model.name}
        </Link>
      ),
    },
    {
      id: 'type',
      label: t('registry.type'),
      width: 'minmax(80px, 120px)',
      render: (model) => <span dir="auto">{model.type}</span>,
    },
    {
      id: 'aliases',
      label: t('registry.aliasesNow'),
      width: 'minmax(280px, 3fr)',
      isKey: true,
      render: (model) => <AliasesNow model={model} locked={locked} />,
    },
    {
      id: 'latest',
      label: t('registry.latest'),
      width: '80px',
      render: ({ versions }) => {
        const latest = versions.edges[0]?.node;
        return latest ? <Link href={hrefOf(latest.path)}>v{latest.index}</Link> : t('ui.none');
      },
    },
    {
      id: 'versions',
      label: t('registry.versions'),
      width: '90px',
      isNumeric: true,
      render: (model) => formatCount(model.versions.totalCount, locale),
    },
    {
      id: 'tags',
      label: t('registry.tags'),
      width: 'minmax(120px, 1.2fr)',
      render: (model) => <Tags names={model.tags} />,
    },
    {
      id: 'updated',
      label: t('registry.updated'),
      width: '120px',
      isKey: true,
      sortKey: 'UPDATED_AT',
      render: (model) => <Time at={model.updatedAt} />,
    },
  ];
}

/** Where the aliases of a model point and since when, the protected ones first; two at most. */
function AliasesNow({ model, locked }: { model: Model; locked: ReadonlySet<string> }) {
  const others = model.aliases.filter((alias) => alias.name !== LATEST);
  const ordered = others.sort((one, other) => Number(locked.has(other.name)) - Number(locked.has(one.name)));
  return (
    <>
      {ordered.slice(0, 2).map((alias) => (
        <span key={alias.name} className={styles.mark}>
          <AliasChip name={alias.name} isProtected={locked.has(alias.name)} />
          <Link href={hrefOf(alias.version.path)}>v{alias.version.index}</Link>
          {locked.has(alias.name) && (
            <span className={`${styles.note} ${styles.wide}`}>
              <Time at={alias.movedAt} />
            </span>
          )}
          <RecallMarks recalls={alias.version.recalls} />
        </span>
      ))}
      {ordered.length > 2 && (
        <span
          className={styles.note}
          title={ordered
            .slice(2)
            .map((alias) => alias.name)
            .join(', ')}
        >
          +{ordered.length - 2}
        </span>
      )}
    </>
  );
}

function linkLines(path: string): string {
  return [
    'import headwater',
    `api = headwater.Api(base_url="${window.location.origin}")`,
    'model = api.artifact("my-project/my-model:latest")',
    `model.link(${JSON.stringify(`${path}/My model`)}, aliases=["staging"])`,
  ].join('\n');
}
