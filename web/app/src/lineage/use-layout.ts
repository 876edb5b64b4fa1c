// Where everything stands: laid out in a worker, keeping what is drawn where it is.
import { useCallback, useEffect, useRef, useState } from 'react';
import { LayoutClient } from './layout-client.ts';
import type { Layout, Pin } from './layout-types.ts';
import type { Graph } from './model.ts';

export interface Laid {
  graph: Graph;
  layout: Layout;
}

interface Options {
  /** Groups that are drawn one by one. */
  open: readonly string[];
  /** Nodes that are in no group. */
  alone: readonly string[];
  /** Rows of a column before the rest of it is one box. */
  mostRows: number;
}

/** The newest graph that has been laid out, and a way to lay it out afresh. */
export function useLayout(graph: Graph | null, { open, alone, mostRows }: Options): [Laid | null, () => void] {
  const client = useRef<LayoutClient | null>(null);
  const pins = useRef(new Map<string, Pin>());
  const [laid, setLaid] = useState<Laid | null>(null);
  const [tidied, setTidied] = useState(0);
  const openKey = open.join('\n');
  const aloneKey = alone.join('\n');

  useEffect(() => {
    const made = new LayoutClient();
    client.current = made;
    return () => {
      client.current = null;
      made.close();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: tidying lays out again.
  useEffect(() => {
    if (!graph) return;
    let isStale = false;
    const input = { graph, open: setOf(openKey), alone: setOf(aloneKey), pinned: pins.current, mostRows };
    const taken = (layout: Layout | null | undefined) => {
      if (isStale || !layout) return;
      for (const box of layout.boxes) {
        // What is drawn now comes last, and so goes before what is only remembered.
        pins.current.delete(box.id);
        pins.current.set(box.id, { column: box.column, y: box.y });
      }
      performance.mark('lineage:layout', { detail: layout.milliseconds });
      setLaid({ graph, layout });
    };
    client.current?.layOut(input).then(taken, (error: unknown) => {
      // What draws this shows it as any fault of the page.
      setLaid(() => {
        throw error;
      });
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

function setOf(lines: string): ReadonlySet<string> {
  return new Set(lines ? lines.split('\n') : []);
}
