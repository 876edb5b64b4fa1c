import { Link } from 'wouter';
import { useT } from '../lib/messages.tsx';
import { hrefOf } from '../lib/routes.ts';
import { AliasChip } from '../ui/chips.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Empty } from '../ui/notices.tsx';
import { Time } from '../ui/time.tsx';
import { useRights } from './rights.ts';
import type { SourceCollection } from './source-collection-page.tsx';

type Alias = SourceCollection['aliases'][number];

/** Where each alias of a series points now, since when, by whom and why. */
export function AliasesNow({ collection }: { collection: SourceCollection }) {
  const t = useT();
  const { isProtected } = useRights(collection.container);
  if (!collection.aliases.length) return <Empty title={t('artifacts.noAliases')}>{t('artifacts.noAliasesHint')}</Empty>;
  const columns: Column<Alias>[] = [
    {
      id: 'alias',
      label: t('artifacts.alias'),
      isKey: true,
      render: (alias) => <AliasChip name={alias.name} isProtected={isProtected(alias.name)} />,
    },
    {
      id: 'version',
      label: t('artifacts.pointsAt'),
      isKey: true,
      render: (alias) => (
        <Link href={hrefOf(alias.version.path)} dir="auto">
          v{alias.version.index}
        </Link>
      ),
    },
    { id: 'since', label: t('artifacts.since'), isKey: true, render: (alias) => <Time at={alias.movedAt} /> },
    { id: 'by', label: t('artifacts.by'), render: (alias) => <span dir="auto">{alias.movedBy?.name}</span> },
    {
      id: 'reason',
      label: t('artifacts.reason'),
      width: 'minmax(120px, 2fr)',
      render: (alias) => <span dir="auto">{alias.move.reason}</span>,
    },
  ];
  return (
    <DataTable
      label={t('artifacts.aliasesNow')}
      rows={collection.aliases}
      columns={columns}
      rowKey={(alias) => alias.name}
    />
  );
}
