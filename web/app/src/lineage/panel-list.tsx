// A long list in the panel: only the rows in sight are in the document.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import styles from './explorer.module.css';

interface PanelListProps<Row> {
  label: string;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  render: (row: Row) => ReactNode;
  /** Called when the end comes into sight. */
  onEnd?: () => void;
}

const ROW = 36;

export function PanelList<Row>({ label, rows, rowKey, render, onEnd }: PanelListProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onEnd && rows.length && last >= rows.length - 5) onEnd();
  }, [onEnd, last, rows.length]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div ref={scroller} className={styles.list} role="list" aria-label={label} tabIndex={0}>
      <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <div
              key={rowKey(row)}
              role="listitem"
              aria-setsize={rows.length}
              aria-posinset={item.index + 1}
              className={styles.row}
              style={{ transform: `translateY(${item.start}px)`, height: item.size }}
            >
              {render(row)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
