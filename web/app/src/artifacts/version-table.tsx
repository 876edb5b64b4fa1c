import { useMemo } from 'react';
import { Link } from 'wouter';
import { ListedVersionsDocument, type ListedVersionsQuery } from '../generated/artifacts/browser.ts';
import { formatBytes, formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { type Pages, usePages } from '../lib/pages.ts';
import { hrefOf, runHref } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { AliasChips, Tags } from '../ui/chips.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { StateMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { filterOf, orderOf, sortOf, sortText } from './version-list.ts';

export type ListedVersion = ListedVersionsQuery['versions']['edges'][number]['node'];

/** Versions of a series, or of a whole project, as the address of the page filters and sorts them. */
export function useVersions(place: { container?: string; collection?: string; types?: readonly string[] }) {
  const [params] = useParams();
  return usePages(
    ListedVersionsDocument,
    {
      container: place.container ?? null,
      collection: place.collection ?? null,
      filter: filterOf(params, place.types),
      orderBy: orderOf(sortOf(params)),
    },
    (data) => data.versions,
  );
}

interface VersionTableProps {
  label: string;
  pages: Pages<ListedVersion>;
  isProtected?: (alias: string) => boolean;
  /** Whether the numbers alone name the versions, as within one series. */
  isOneSeries: boolean;
  marked?: ReadonlySet<string>;
  onMark?: (name: string) => void;
  onRowKey?: (key: string) => void;
}

export function VersionTable({ label, pages, isProtected, isOneSeries, marked, onMark, onRowKey }: VersionTableProps) {
  const [params, setParams] = useParams();
  const columns = useColumns(isOneSeries, isProtected);
  return (
    <DataTable
      label={label}
      rows={pages.items}
      columns={columns}
      rowKey={(version) => (isOneSeries ? `v${version.index}` : version.path)}
      rowHref={(version) => hrefOf(version.path)}
      total={pages.totalCount}
      hasMore={pages.hasMore}
      isLoading={pages.isLoading}
      onMore={pages.more}
      sort={sortOf(params) ?? { key: 'CREATED_AT', isDescending: true }}
      onSort={(sort) => setParams({ sort: sortText(sort) })}
      marked={marked}
      onMark={onMark}
      onRowKey={onRowKey}
    />
  );
}

function useColumns(isOneSeries: boolean, isProtected?: (alias: string) => boolean): Column<ListedVersion>[] {
  const t = useT();
  const { locale } = useLanguage();
  return useMemo(
    () => [
      {
        id: 'version',
        label: t('artifacts.version'),
        width: isOneSeries ? '96px' : 'minmax(160px, 2fr)',
        isKey: true,
        sortKey: isOneSeries ? 'INDEX' : undefined,
        render: (version) => (
          <Link href={hrefOf(version.path)} dir="auto" title={version.path}>
            {isOneSeries ? `v${version.index}` : version.name}
          </Link>
        ),
      },
      {
        id: 'aliases',
        label: t('artifacts.aliases'),
        width: 'minmax(140px, 1.6fr)',
        isKey: true,
        render: (version) => <AliasChips names={version.aliases} isProtected={isProtected} />,
      },
      {
        id: 'tags',
        label: t('artifacts.tags'),
        width: 'minmax(72px, 1fr)',
        render: (version) => <Tags names={version.tags} />,
      },
      {
        id: 'size',
        label: t('artifacts.size'),
        width: '88px',
        isNumeric: true,
        sortKey: 'SIZE',
        render: (version) => formatBytes(version.size, locale),
      },
      {
        id: 'files',
        label: t('artifacts.files'),
        width: '80px',
        isNumeric: true,
        render: (version) => formatCount(version.fileCount, locale),
      },
      {
        id: 'created',
        label: t('artifacts.created'),
        width: '112px',
        sortKey: 'CREATED_AT',
        isKey: true,
        render: (version) => <Time at={version.createdAt} />,
      },
      {
        id: 'run',
        label: t('artifacts.byRun'),
        width: 'minmax(120px, 1.2fr)',
        render: (one) => <Maker version={one} />,
      },
      {
        id: 'used',
        label: t('artifacts.usedBy'),
        width: '96px',
        isNumeric: true,
        render: (version) => formatCount(version.consumedBy.totalCount, locale),
      },
    ],
    [t, locale, isOneSeries, isProtected],
  );
}

function Maker({ version }: { version: ListedVersion }) {
  const run = version.__typename === 'ArtifactVersion' ? version.loggedBy : null;
  if (!run) return null;
  return (
    <>
      <StateMark state={run.state} isSignOnly />
      <Link href={runHref(run.path)} dir="auto" title={run.name}>
        {run.name}
      </Link>
    </>
  );
}
