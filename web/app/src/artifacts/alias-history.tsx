import { Link } from 'wouter';
import { AliasHistoryDocument, type AliasHistoryQuery } from '../generated/artifacts/collection.ts';
import { formatDuration } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { hrefOf } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Select } from '../ui/field.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import { Time } from '../ui/time.tsx';
import styles from './artifacts.module.css';

type Collection = Extract<AliasHistoryQuery['node'], { __typename: 'Collection' }>;
type Move = Collection['aliasMoves']['edges'][number]['node'];

interface AliasHistoryProps {
  collectionId: string;
  aliases: readonly string[];
  /** A version whose number is set off. */
  versionId?: string;
}

/** Every place that an alias has pointed at: when, from where to where, by whom and why. */
export function AliasHistory({ collectionId, aliases, versionId }: AliasHistoryProps) {
  const t = useT();
  const [params, setParams] = useParams();
  const asked = params.get('of');
  const name = asked ?? aliases.find((alias) => alias !== 'latest') ?? aliases[0];
  if (name === undefined) return null;
  const options = [...new Set([...aliases, name])].map((alias) => ({ value: alias, label: alias }));
  return (
    <section className={styles.list}>
      <div className={styles.listHead}>
        <h2>{t('artifacts.aliasHistory')}</h2>
        <Select
          label={t('artifacts.alias')}
          isLabelHidden
          value={name}
          options={options}
          onChange={(of) => setParams({ of }, { replace: true })}
        />
      </div>
      <Moves key={name} collectionId={collectionId} name={name} versionId={versionId} />
    </section>
  );
}

function Moves({ collectionId, name, versionId }: { collectionId: string; name: string; versionId?: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const pages = usePages(AliasHistoryDocument, { collection: collectionId, name }, (data) =>
    data.node?.__typename === 'Collection' ? data.node.aliasMoves : null,
  );
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  if (!pages.items.length && pages.isLoading) return <Loading lines={3} />;
  const columns: Column<Move>[] = [
    {
      id: 'at',
      label: t('artifacts.when'),
      width: '180px',
      isKey: true,
      render: (move) => <Time at={move.at} isFull />,
    },
    {
      id: 'move',
      label: t('artifacts.move'),
      isKey: true,
      render: (move) => (
        <>
          <Place version={move.from} current={versionId} /> → <Place version={move.to} current={versionId} />
        </>
      ),
    },
    {
      id: 'stood',
      label: t('artifacts.stood'),
      render: (move) =>
        move.until
          ? formatDuration(move.seconds, locale)
          : t('artifacts.standsFor', { time: formatDuration(move.seconds, locale) }),
    },
    { id: 'by', label: t('artifacts.by'), render: (move) => <span dir="auto">{move.by?.name}</span> },
    {
      id: 'reason',
      label: t('artifacts.reason'),
      width: 'minmax(120px, 2fr)',
      isKey: true,
      render: (move) => (
        <span dir="auto" title={move.reason}>
          {move.reason}
        </span>
      ),
    },
  ];
  return (
    <DataTable
      label={t('artifacts.aliasHistory')}
      rows={pages.items}
      columns={columns}
      rowKey={(move) => `${move.at} ${move.to?.id}`}
      total={pages.totalCount}
      hasMore={pages.hasMore}
      isLoading={pages.isLoading}
      onMore={pages.more}
    />
  );
}

function Place({ version, current }: { version: Move['to']; current?: string }) {
  const t = useT();
  if (!version) return <span className={styles.muted}>{t('artifacts.nowhere')}</span>;
  const number = `v${version.index}`;
  return version.id === current ? <strong>{number}</strong> : <Link href={hrefOf(version.path)}>{number}</Link>;
}
