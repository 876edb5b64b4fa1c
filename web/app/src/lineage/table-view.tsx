// The lineage as a table: the twin of the graph for keyboards, screen readers and narrow screens.
import { useMemo } from 'react';
import { Link } from 'wouter';
import { type MessageKey, type Translate, useLanguage, useT } from '../lib/messages.tsx';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { AliasChips } from '../ui/chips.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { TextField } from '../ui/field.tsx';
import { KIND_LABELS, KindMark, StateMark } from '../ui/state.tsx';
import { pathOf } from './explorer-places.ts';
import { saveText } from './exports.ts';
import type { Graph, GraphNode } from './model.ts';
import {
  type Direction,
  filterRows,
  readSort,
  rowsOf,
  SORT_KEYS,
  sortRows,
  type TableRow,
  writeSort,
} from './table.ts';
import { tableCsv } from './table-csv.ts';
import styles from './table-view.module.css';

export const DIRECTION_LABELS: Record<Direction, MessageKey> = {
  focus: 'lineage.direction.focus',
  up: 'lineage.upstream',
  down: 'lineage.downstream',
  both: 'lineage.direction.both',
  beside: 'lineage.direction.beside',
};

interface TableViewProps {
  graph: Graph;
  /** Shows the neighbours of a node on one side. */
  onExpand: (id: string, way: 'up' | 'down') => void;
  /** A key pressed on a row, such as `u`, `h` and `p` of the graph. */
  onRowKey?: (key: string, id: string) => void;
}

export function TableView({ graph, onExpand, onRowKey }: TableViewProps) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const search = params.get('find') ?? '';
  const sort = readSort(params.get('sort'));
  const { key, isDescending } = sort;
  const all = useMemo(() => rowsOf(graph), [graph]);
  const rows = useMemo(
    () => sortRows(filterRows(all, search), { key, isDescending }, locale),
    [all, search, key, isDescending, locale],
  );
  const columns = useMemo(() => columnsOf(t, onExpand), [t, onExpand]);
  const save = () => saveText(tableCsv(rows), `${graph.nodes.get(graph.focus)?.name ?? 'lineage'}.csv`, 'text/csv');
  return (
    <div className={styles.view}>
      <div className={styles.bar}>
        <div className={styles.filter}>
          <TextField
            label={t('lineage.filterRows')}
            isLabelHidden
            placeholder={t('lineage.filterRows')}
            value={search}
            onChange={(find) => setParams({ find }, { replace: true })}
          />
        </div>
        <span role="status">{t('lineage.rows', { count: rows.length, all: all.length })}</span>
        <Button look="quiet" onPress={save} isDisabled={rows.length === 0}>
          {t('lineage.saveCsv')}
        </Button>
      </div>
      <DataTable
        label={t('lineage.tableOf')}
        rows={rows}
        columns={columns}
        rowKey={(row) => row.node.id}
        rowHref={(row) => pathOf(row.node)}
        sort={sort}
        onSort={(next) => {
          const wanted = SORT_KEYS.find((one) => one === next.key);
          // The nearest first at first, and so with names; with counts the largest.
          const isTurned = next.key === key ? next.isDescending : isCount(next.key);
          if (wanted) setParams({ sort: writeSort({ key: wanted, isDescending: isTurned }) });
        }}
        onRowKey={(pressed, row) => onRowKey?.(pressed, row.node.id)}
      />
    </div>
  );
}

function isCount(key: string): boolean {
  return key === 'inputs' || key === 'outputs' || key === 'hidden' || key === 'created';
}

function columnsOf(t: Translate, onExpand: TableViewProps['onExpand']): Column<TableRow>[] {
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
function Hidden({ node, onExpand }: { node: GraphNode; onExpand: TableViewProps['onExpand'] }) {
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
