// The lineage as a table: the twin of the graph for keyboards, screen readers and narrow screens.
import { useMemo } from 'react';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { TextField } from '../ui/field.tsx';
import { pathOf } from './explorer-places.ts';
import { saveText } from './exports.ts';
import type { Graph } from './model.ts';
import { filterRows, readSort, rowsOf, SORT_KEYS, sortRows, writeSort } from './table.ts';
import { columnsOf, type Expand } from './table-columns.tsx';
import { tableCsv } from './table-csv.ts';
import styles from './table-view.module.css';

interface TableViewProps {
  graph: Graph;
  onExpand: Expand;
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
