import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import { describe, expect, it } from 'vitest';
import { layOut } from './layout.ts';
import { countCrossings, linesOverBoxes, type Polyline } from './layout-geometry.ts';
import { COLUMN_GAP, type Layout, type LayoutInput, NODE_HEIGHT, NODE_WIDTH, ROW_GAP } from './layout-types.ts';
import type { Graph } from './model.ts';
import { randomGraph } from './random-graph.ts';

const GRAPHS = [20, 30, 40, 50, 60, 80, 100, 120, 160, 220].map((size, at) => ({ seed: at + 1, size }));

function fresh(graph: Graph): LayoutInput {
  return { graph, open: new Set(), alone: new Set(), pinned: new Map(), mostRows: Number.POSITIVE_INFINITY };
}

async function elkLines(graph: Graph): Promise<Polyline[]> {
  const elk = new ELK();
  const edges: ElkExtendedEdge[] = graph.edges.map(({ source, target }, at) => ({
    id: `e${at}`,
    sources: [source],
    targets: [target],
  }));
  const root: ElkNode = {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.edgeRouting': 'POLYLINE',
      'elk.layered.spacing.nodeNodeBetweenLayers': String(COLUMN_GAP),
      'elk.spacing.nodeNode': String(ROW_GAP),
    },
    children: [...graph.nodes.keys()].map((id) => ({ id, width: NODE_WIDTH, height: NODE_HEIGHT })),
    edges,
  };
  const laidOut = await elk.layout(root);
  return (laidOut.edges ?? []).map((edge) => {
    const [section] = edge.sections ?? [];
    if (!section) throw new Error(`ELK did not route ${edge.id}`);
    const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
    return {
      source: edge.sources[0] as string,
      target: edge.targets[0] as string,
      points: points.flatMap(({ x, y }) => [x, y]),
    };
  });
}

describe('the layout, beside that of ELK', () => {
  it('lets no more lines cross than ELK and a tenth, over ten graphs', { timeout: 60_000 }, async () => {
    const found: { size: number; own: number; elk: number }[] = [];
    for (const shape of GRAPHS) {
      const graph = randomGraph(shape);
      found.push({
        size: shape.size,
        own: countCrossings(layOut(fresh(graph)).routes),
        elk: countCrossings(await elkLines(graph)),
      });
    }

    expect(found.filter(({ own, elk }) => own > 1.1 * elk)).toEqual([]);
  });

  it.each(GRAPHS)('draws no line over a node ($size nodes)', (shape) => {
    expect(linesOverBoxes(layOut(fresh(randomGraph({ ...shape, cycles: 2, links: 0.2 }))))).toEqual([]);
  });

  it('gives the same picture for the same graph', () => {
    const without = ({ milliseconds, ...rest }: Layout) => rest;
    const graph = randomGraph({ seed: 7, size: 150, cycles: 2, links: 0.2 });

    expect(without(layOut(fresh(graph)))).toEqual(without(layOut(fresh(graph))));
  });
});
