// Where everything stands: laid out in a worker, keeping what is drawn where it is.
import { useCallback, useEffect, useRef, useState } from 'react';
import { layOut } from './layout.ts';
import type { Layout, LayoutInput, Pin } from './layout-types.ts';
import type { Graph } from './model.ts';

export interface Laid {
  graph: Graph;
  layout: Layout;
}

interface Options {
  /** Rows of a column before the rest of it is one box. */
  mostRows: number;
  open: readonly string[];
  alone: readonly string[];
}

/** The newest graph that has been laid out, and a way to lay it out afresh. */
export function useLayout(graph: Graph | null, { open, alone, mostRows }: Options): [Laid | null, () => void] {
  const pins = useRef(new Map<string, Pin>());
  const [laid, setLaid] = useState<Laid | null>(null);
  const [tidied, setTidied] = useState(0);
  const openKey = open.join(' ');
  const aloneKey = alone.join(' ');

  // biome-ignore lint/correctness/useExhaustiveDependencies: tidying lays out again.
  useEffect(() => {
    if (!graph) return;
    const input: LayoutInput = {
      graph,
      mostRows,
      open: new Set(openKey ? openKey.split(' ') : []),
      alone: new Set(aloneKey ? aloneKey.split(' ') : []),
      pinned: pins.current,
    };
    let isStale = false;
    void Promise.resolve(layOut(input)).then((layout) => {
      if (isStale || !layout) return;
      for (const box of layout.boxes) pins.current.set(box.id, { column: box.column, y: box.y });
      performance.mark('lineage:layout', { detail: layout.milliseconds });
      setLaid({ graph, layout });
    });
    return () => {
      isStale = true;
    };
  }, [graph, openKey, aloneKey, mostRows, tidied]);

  const tidy = useCallback(() => {
    pins.current = new Map();
    setTidied((count) => count + 1);
  }, []);
  return [laid, tidy];
}
