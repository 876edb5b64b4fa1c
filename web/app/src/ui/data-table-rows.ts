// Which row of a table one is at, and how high rows are.
import { useEffect, useRef, useState } from 'react';

/** Where one is in the rows. It stays with its row when others come before it, and with its place when the row goes. */
export function useCurrentRow<Row>(
  rows: readonly Row[],
  rowKey: (row: Row) => string,
): [number, (index: number) => void] {
  const [key, setKey] = useState<string | null>(null);
  const last = useRef(0);
  const found = key === null ? 0 : rows.findIndex((row) => rowKey(row) === key);
  last.current = Math.max(0, found >= 0 ? found : Math.min(last.current, rows.length - 1));
  const set = (index: number) => {
    const row = rows[index];
    last.current = index;
    if (row !== undefined) setKey(rowKey(row));
  };
  return [last.current, set];
}

/** The height of a row: 32 px with a mouse, 44 with a finger, and of a card on a narrow screen. */
export function useRowHeight(): number {
  const [height, setHeight] = useState(heightNow);
  useEffect(() => {
    const changed = () => setHeight(heightNow());
    window.addEventListener('resize', changed);
    return () => window.removeEventListener('resize', changed);
  }, []);
  return height;
}

function heightNow(): number {
  if (window.matchMedia('(max-width: 719px)').matches) return 84;
  return window.matchMedia('(pointer: coarse)').matches ? 44 : 32;
}
