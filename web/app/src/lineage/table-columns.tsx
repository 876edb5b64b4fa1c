// The columns of the table that is the graph's twin.
import { Link } from 'wouter';
import { type MessageKey, type Translate, useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { AliasChips } from '../ui/chips.tsx';
import type { Column } from '../ui/data-table.tsx';
import { KIND_LABELS, KindMark, StateMark } from '../ui/state.tsx';
import { pathOf } from './explorer-places.ts';
import type { GraphNode } from './model.ts';
import type { Direction, TableRow } from './table.ts';
import styles from './table-view.module.css';

/** Shows the neighbours of a node on one side. */
export type Expand = (id: string, way: 'up' | 'down') => void;

const DIRECTION_LABELS: Record<Direction, MessageKey> = {
  focus: 'lineage.direction.focus',
  up: 'lineage.upstream',
  down: 'lineage.downstream',
  both: 'lineage.direction.both',
  beside: 'lineage.direction.beside',
};

export function columnsOf(t: Translate, onExpand: Expand): Column<TableRow>[] {
  return [
    {
      id: 'name',
      label: t('lineage.name'),
      sortKey: 'name',
      width: 'minmax(220px, 3fr)',
      isKey: true,
      render: (row) => (
        <>
          <span className={styles.indent} style={{ width: `${Math.min(8, row.distance) * 10}px` }} />
          <KindMark kind={row.node.kind} />
          <Link href={pathOf(row.node)} className={styles.name} dir="auto" title={row.node.path}>
            {row.node.name}
          </Link>
          {(row.node.isRecalled || row.node.recall) && <Recalled node={row.node} />}
          {row.node.isDeleted && <span className={styles.muted}>{t('lineage.deleted')}</span>}
        </>
      ),
    },
    {
      id: 'direction',
      label: t('lineage.direction'),
      sortKey: 'distance',
      width: 'minmax(140px, 1.1fr)',
      isKey: true,
      render: (row) => `${t(DIRECTION_LABELS[row.direction])}${row.direction === 'focus' ? '' : ` · ${row.distance}`}`,
    },
    {
      id: 'kind',
      label: t('lineage.kind'),
      sortKey: 'kind',
      width: 'minmax(168px, 1.2fr)',
      render: (row) => t(KIND_LABELS[row.node.kind]),
    },
    {
      id: 'type',
      label: t('lineage.typeOrJob'),
      sortKey: 'type',
      width: 'minmax(140px, 1.2fr)',
      render: (row) => <span dir="auto">{row.node.type ?? t('ui.none')}</span>,
    },
    {
      id: 'state',
      label: t('lineage.state'),
      sortKey: 'state',
      render: (row) => (row.node.state ? <StateMark state={row.node.state} /> : t('ui.none')),
    },
    {
      id: 'aliases',
      label: t('lineage.aliases'),
      width: 'minmax(120px, 2fr)',
      isKey: true,
      render: ({ node }) =>
        node.aliases.length ? (
          <AliasChips names={node.aliases} isProtected={(alias) => node.protectedAliases.includes(alias)} />
        ) : (
          t('ui.none')
        ),
    },
    { id: 'inputs', label: t('lineage.inputs'), sortKey: 'inputs', isNumeric: true, render: (row) => row.node.inputs },
    {
      id: 'outputs',
      label: t('lineage.outputs'),
      sortKey: 'outputs',
      isNumeric: true,
      render: (row) => row.node.outputs,
    },
    {
      id: 'hidden',
      label: t('lineage.hidden'),
      sortKey: 'hidden',
      width: 'minmax(150px, 1.2fr)',
      render: (row) => <Hidden node={row.node} onExpand={onExpand} />,
    },
  ];
}

function Recalled({ node }: { node: GraphNode }) {
  const t = useT();
  const label = node.isRecalled ? t('lineage.recalled') : t(`lineage.recall.${node.recall ?? 'UNKNOWN'}`);
  return (
    <span role="img" aria-label={label} title={label} className={styles.recalled}>
      ⚠
    </span>
  );
}

/** What is not in the graph beside a node: buttons that show it, and how much may not be seen. */
function Hidden({ node, onExpand }: { node: GraphNode; onExpand: Expand }) {
  const t = useT();
  const forbidden = node.forbiddenUp + node.forbiddenDown;
  return (
    <>
      {node.hiddenUp > 0 && (
        <Button
          look="quiet"
          aria-label={t('lineage.expandUpOf', { count: node.hiddenUp, name: node.name })}
          onPress={() => onExpand(node.id, 'up')}
        >
          ← {node.hiddenUp}
        </Button>
      )}
      {node.hiddenDown > 0 && (
        <Button
          look="quiet"
          aria-label={t('lineage.expandDownOf', { count: node.hiddenDown, name: node.name })}
          onPress={() => onExpand(node.id, 'down')}
        >
          {node.hiddenDown} →
        </Button>
      )}
      {forbidden > 0 && (
        <span
          role="img"
          aria-label={t('lineage.notVisible', { count: forbidden })}
          title={t('lineage.notVisible', { count: forbidden })}
        >
          ⊘ {forbidden}
        </span>
      )}
    </>
  );
}
