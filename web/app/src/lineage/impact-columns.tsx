// The columns of the list of what a node reaches.
import { Link } from 'wouter';
import type { ImpactLineFragment } from '../generated/lineage/impact-queries.ts';
import type { Translate } from '../lib/messages.tsx';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { AliasChips } from '../ui/chips.tsx';
import type { Column } from '../ui/data-table.tsx';
import { KIND_LABELS, KindMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import styles from './impact-view.module.css';

export function columnsOf(
  t: Translate,
  rows: readonly ImpactLineFragment[],
  onPath: (id: string) => void,
): Column<ImpactLineFragment>[] {
  // A series is named where its rows begin; below, it is said again but quietly.
  const first = new Set(
    rows.filter((row, at) => rows[at - 1]?.collection.id !== row.collection.id).map((row) => row.version.id),
  );
  return [
    {
      id: 'collection',
      label: t('lineage.impact.collection'),
      width: 'minmax(180px, 2fr)',
      isKey: true,
      render: (row) => (
        <>
          <KindMark kind={row.version.kind} />
          <Link
            href={hrefOf(row.collection.path)}
            className={first.has(row.version.id) ? styles.series : styles.again}
            title={row.collection.path}
            dir="auto"
          >
            {row.collection.name}
          </Link>
        </>
      ),
    },
    {
      id: 'aliases',
      label: t('lineage.aliases'),
      width: 'minmax(160px, 2fr)',
      isKey: true,
      render: (row) => (
        <AliasChips names={row.aliases} isProtected={(alias) => row.protectedAliases.includes(alias)} limit={4} />
      ),
    },
    {
      id: 'version',
      label: t('lineage.impact.version'),
      isKey: true,
      render: (row) => (
        <Link href={hrefOf(row.version.path)} title={row.version.path}>
          v{row.version.index}
        </Link>
      ),
    },
    {
      id: 'kind',
      label: t('lineage.kind'),
      width: 'minmax(130px, 1fr)',
      render: (row) => t(KIND_LABELS[row.version.kind]),
    },
    { id: 'type', label: t('lineage.type'), render: (row) => <span dir="auto">{row.version.type}</span> },
    { id: 'distance', label: t('lineage.distance'), isNumeric: true, render: (row) => row.distance },
    { id: 'created', label: t('lineage.created'), render: (row) => <Time at={row.version.createdAt} /> },
    {
      id: 'path',
      label: t('lineage.path'),
      render: (row) => (
        <Button
          look="quiet"
          aria-label={t('lineage.impact.pathTo', { name: row.version.name })}
          onPress={() => onPath(row.version.id)}
        >
          {t('lineage.path')}
        </Button>
      ),
    },
  ];
}
