// A table of any length: only the rows in sight are in the document, and the next page is asked for in time.
// j and k or the arrows move, Enter opens, x marks. On narrow screens each row is a card of the columns that matter.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { isTyping } from '../lib/keys.ts';
import { useT } from '../lib/messages.tsx';
import styles from './data-table.module.css';
import { useCurrentRow, useRowHeight } from './data-table-rows.ts';

export interface Column<Row> {
  id: string;
  label: string;
  render: (row: Row) => ReactNode;
  /** A track of CSS grid; the default shares what is left. */
  width?: string;
  /** Numbers stand at the end. */
  isNumeric?: boolean;
  /** Whether a card on a narrow screen shows it; three at most. */
  isKey?: boolean;
  /** What `onSort` is told; without it the column can't be sorted by. */
  sortKey?: string;
}

/** The column by whose key rows are sorted. */
export interface Sort {
  key: string;
  isDescending: boolean;
}

interface DataTableProps<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  rowHref?: (row: Row) => string;
  /** The number of all rows on the server, when known. */
  total?: number;
  hasMore?: boolean;
  isLoading?: boolean;
  onMore?: () => void;
  sort?: Sort | null;
  onSort?: (sort: Sort) => void;
  marked?: ReadonlySet<string>;
  onMark?: (key: string) => void;
  /** Keys of one row that mean something only here, such as `m` for "promote". */
  onRowKey?: (key: string, row: Row) => void;
}

/** Rows below those in the document, themselves some more than are in sight, at which the next page is asked for. */
const ROWS_AHEAD = 8;

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, columns, rowKey, total, hasMore = false, isLoading = false, onMore, marked, onMark } = props;
  const t = useT();
  const [, navigate] = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  const [place, setCurrent] = useCurrentRow(rows, rowKey);
  const awaited = useRef<number | null>(null);
  const rowHeight = useRowHeight();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  // Where the row that one was at is out of sight, the first in sight is what the Tab key comes to.
  const current = shown.some(({ index }) => index === place) ? place : (shown[0]?.index ?? 0);
  useEffect(() => {
    if (hasMore && !isLoading && lastShown >= rows.length - ROWS_AHEAD) onMore?.();
  }, [hasMore, isLoading, lastShown, rows.length, onMore]);

  function moveTo(index: number) {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setCurrent(next);
    virtual.scrollToIndex(next);
    awaited.current = next;
  }

  // A row far away is in the document only once the table has scrolled to it.
  useEffect(() => {
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${awaited.current}"]`);
    if (!row) return;
    awaited.current = null;
    row.focus();
  });

  function onKeyDown(event: KeyboardEvent) {
    if (isTyping(event.nativeEvent) || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[current];
    if (row === undefined) return;
    if (event.key === 'j' || event.key === 'ArrowDown') moveTo(current + 1);
    else if (event.key === 'k' || event.key === 'ArrowUp') moveTo(current - 1);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(rows.length - 1);
    else if (event.key === 'x' && onMark) onMark(rowKey(row));
    else if (event.key === 'Enter' && event.target === event.currentTarget.querySelector(`[data-index="${current}"]`)) {
      if (props.rowHref) navigate(props.rowHref(row));
    } else {
      props.onRowKey?.(event.key, row);
      return;
    }
    event.preventDefault();
  }

  const tracks = columns.map((column) => column.width ?? 'minmax(80px, 1fr)').join(' ');
  const grid = onMark ? `32px ${tracks}` : tracks;
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={(total ?? rows.length) + 1}
      className={styles.scroller}
      onKeyDown={onKeyDown}
      tabIndex={-1}
    >
      <div role="presentation" className={styles.sheet}>
        <div role="row" aria-rowindex={1} className={styles.head} style={{ gridTemplateColumns: grid }} tabIndex={-1}>
          {onMark && (
            <span role="columnheader" className={styles.cell} tabIndex={-1}>
              <span className="visually-hidden">{t('ui.mark')}</span>
            </span>
          )}
          {columns.map((column) => (
            <HeadCell key={column.id} column={column} sort={props.sort ?? null} onSort={props.onSort} />
          ))}
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {shown.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const key = rowKey(row);
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={marked?.has(key)}
                data-index={item.index}
                className={styles.row}
                style={{ gridTemplateColumns: grid, transform: `translateY(${item.start}px)`, height: item.size }}
                tabIndex={item.index === current ? 0 : -1}
                onFocus={() => setCurrent(item.index)}
              >
                {onMark && (
                  <span role="gridcell" className={styles.cell} tabIndex={-1}>
                    <input
                      type="checkbox"
                      tabIndex={-1}
                      aria-label={t('ui.mark')}
                      checked={marked?.has(key) ?? false}
                      onChange={() => onMark(key)}
                    />
                  </span>
                )}
                {columns.map((column) => (
                  <span
                    key={column.id}
                    role="gridcell"
                    tabIndex={-1}
                    className={`${styles.cell} ${column.isNumeric ? styles.numeric : ''} ${column.isKey ? styles.key : ''}`}
                    data-label={column.label}
                  >
                    {column.render(row)}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {isLoading && rows.length > 0 && <div className={styles.more}>{t('ui.loading')}</div>}
    </div>
  );
}

interface HeadCellProps<Row> {
  column: Column<Row>;
  sort: Sort | null;
  onSort: DataTableProps<Row>['onSort'];
}

function HeadCell<Row>({ column, sort, onSort }: HeadCellProps<Row>) {
  const isSorted = column.sortKey !== undefined && sort?.key === column.sortKey;
  const order = isSorted ? (sort?.isDescending ? 'descending' : 'ascending') : undefined;
  const key = column.sortKey;
  return (
    <span
      role="columnheader"
      tabIndex={-1}
      aria-sort={order}
      className={`${styles.cell} ${column.isNumeric ? styles.numeric : ''}`}
    >
      {key !== undefined && onSort ? (
        <button
          type="button"
          className={styles.sort}
          onClick={() => onSort({ key, isDescending: isSorted ? !sort?.isDescending : true })}
        >
          {column.label}
          <span aria-hidden="true">{order === 'descending' ? ' ↓' : order === 'ascending' ? ' ↑' : ''}</span>
        </button>
      ) : (
        column.label
      )}
    </span>
  );
}
