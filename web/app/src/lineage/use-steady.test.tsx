// What is drawn stays in place while the server has news.
import { act, renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Graph, GraphNode } from './model.ts';
import { useSteady } from './use-steady.ts';

function graphOf(ids: readonly string[], aliases: readonly string[] = [], more: Partial<Graph> = {}): Graph {
  const node = (id: string) => ({ id, kind: 'RUN', aliases }) as unknown as GraphNode;
  return {
    nodes: new Map(ids.map((id) => [id, node(id)])),
    edges: [],
    clusters: [],
    hubs: [],
    focus: ids[0] ?? '',
    completeness: { isComplete: true, reason: null, forbidden: 0, hidden: 0 },
    ...more,
  };
}

interface Asked {
  graph: Graph | null;
  key?: string;
  isLoading?: boolean;
}

function show(first: Asked) {
  return renderHook(({ graph, key = 'one', isLoading = false }: Asked) => useSteady(graph, { key, isLoading }), {
    initialProps: first,
  });
}

const NEAR = graphOf(['a', 'b']);
const FAR = graphOf(['a', 'b', 'c']);

describe('a graph that follows changes', () => {
  it('takes what the reader asked for, also when it comes in parts', () => {
    const { result, rerender } = show({ graph: null, isLoading: true });
    rerender({ graph: NEAR, isLoading: true });
    expect(result.current.isSettled).toBe(false);
    rerender({ graph: FAR });
    expect(result.current).toMatchObject({ graph: FAR, isSettled: true, hasChanged: false });
    rerender({ graph: NEAR, key: 'two' });
    expect(result.current).toMatchObject({ graph: NEAR, hasChanged: false });
  });

  it('takes news of what is drawn at once', () => {
    const named = graphOf(['a', 'b'], ['production']);
    const { result, rerender } = show({ graph: NEAR });
    rerender({ graph: named });
    expect(result.current).toMatchObject({ graph: named, hasChanged: false });
  });

  it('offers a graph with another card, and shows it when the reader wants it', () => {
    const { result, rerender } = show({ graph: NEAR });
    rerender({ graph: FAR, isLoading: true });
    rerender({ graph: FAR });
    expect(result.current).toMatchObject({ graph: NEAR, hasChanged: true, isSettled: true });
    act(() => result.current.accept());
    expect(result.current).toMatchObject({ graph: FAR, hasChanged: false, isSettled: true });
  });

  it('offers nothing any more when the change was taken back', () => {
    const { result, rerender } = show({ graph: NEAR });
    rerender({ graph: FAR });
    rerender({ graph: graphOf(['a', 'b']) });
    expect(result.current.hasChanged).toBe(false);
  });

  it('does not mind which of very many neighbours came with the answer', () => {
    const hub = (member: string) =>
      graphOf(['a', member], [], {
        hubs: [{ id: 'hub:a', node: 'a', side: 'DOWNSTREAM', count: 100_000, forbidden: 0, members: [member] }],
      });
    const { result, rerender } = show({ graph: hub('b') });
    const other = hub('c');
    rerender({ graph: other });
    expect(result.current).toMatchObject({ graph: other, hasChanged: false });
  });

  it('keeps the last graph while there is none', () => {
    const { result, rerender } = show({ graph: NEAR });
    rerender({ graph: null, key: 'two', isLoading: true });
    expect(result.current).toMatchObject({ graph: NEAR, isSettled: false });
  });
});
