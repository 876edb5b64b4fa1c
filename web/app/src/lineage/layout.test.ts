import { describe, expect, it } from 'vitest';
import { neighbours } from './answer.ts';
import { layOut } from './layout.ts';
import { linesOverBoxes, overlaps } from './layout-geometry.ts';
import { type Box, type Layout, type LayoutInput, NODE_HEIGHT, type Pin } from './layout-types.ts';
import type { Graph, GraphCluster, GraphEdge, GraphNode } from './model.ts';
import { graphOf, newNode, randomGraph, randomOf } from './random-graph.ts';

const SHAPES = Array.from({ length: 30 }, (_, at) => ({
  seed: at + 100,
  size: 4 + at * 9,
  cycles: at % 3,
  links: (at % 4) / 10,
}));

function inputOf(graph: Graph, changes: Partial<LayoutInput> = {}): LayoutInput {
  const input = { graph, open: new Set<string>(), alone: new Set<string>(), pinned: new Map(), mostRows: 40 };
  return { ...input, ...changes };
}

/** The graph, with some of its nodes put in clusters, whatever they have in common. */
function clustered(graph: Graph, seed: number): Graph {
  const random = randomOf(seed);
  const clusters: GraphCluster[] = [];
  for (const kind of ['RUN', 'ARTIFACT_VERSION'] as const) {
    const members = [...graph.nodes.values()].filter((node) => node.kind === kind && random() < 0.2);
    const ids = members.map((node) => node.id);
    clusters.push({ id: `c-${kind}`, kind, type: null, members: ids, states: {}, recall: null, label: '' });
  }
  return { ...graph, clusters };
}

function pinsOf(layout: Layout): Map<string, Pin> {
  return new Map(layout.boxes.map((box) => [box.id, { column: box.column, y: box.y }]));
}

function boxById(layout: Layout) {
  return new Map(layout.boxes.map((box) => [box.id, box]));
}

/** The graph as it was before the farthest nodes were expanded. */
function withoutFarthest(graph: Graph, share: number): Graph {
  const beside = neighbours(graph);
  const inOrder = [graph.focus];
  for (let next = 0; next < inOrder.length; next++) {
    for (const id of beside.get(inOrder[next] as string) ?? []) if (!inOrder.includes(id)) inOrder.push(id);
  }
  return part(graph, inOrder.slice(0, Math.max(1, Math.floor(inOrder.length * (1 - share)))));
}

function part(graph: Graph, kept: readonly string[]): Graph {
  const ids = new Set(kept);
  return graphOf(
    [...graph.nodes.values()].filter((node) => ids.has(node.id)),
    graph.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
    graph.focus,
  );
}

describe.each(SHAPES)('a layout of $size nodes', (shape) => {
  const graph = clustered(randomGraph(shape), shape.seed);
  const layout = layOut(inputOf(graph, { mostRows: shape.seed % 2 ? 40 : 6 }));
  const boxes = boxById(layout);
  const boxOf = new Map(layout.boxes.flatMap((box) => box.members.map((member) => [member, box] as const)));

  it('has each node in exactly one box', () => {
    const members = layout.boxes.flatMap((box) => box.members);

    expect(members.toSorted()).toEqual([...graph.nodes.keys()].toSorted());
  });

  it('has no boxes one over the other, and no line over a box', () => {
    expect(overlaps(layout.boxes)).toEqual([]);
    expect(linesOverBoxes(layout)).toEqual([]);
  });

  it('has a line for each edge between two boxes, and counts the edges', () => {
    const expected = new Map<string, number>();
    for (const edge of graph.edges) {
      const key = `${boxOf.get(edge.source)?.id} > ${boxOf.get(edge.target)?.id}`;
      if (boxOf.get(edge.source) !== boxOf.get(edge.target)) expected.set(key, (expected.get(key) ?? 0) + 1);
    }

    const found = new Map(layout.routes.map((route) => [`${route.source} > ${route.target}`, route.count]));
    expect(found).toEqual(expected);
    expect(layout.routes.length).toBe(expected.size);
  });

  it('lets lines go to the right, but for those that close a cycle', () => {
    for (const route of layout.routes) {
      const from = boxes.get(route.source)?.column ?? Number.NaN;
      const to = boxes.get(route.target)?.column ?? Number.NaN;
      if (boxes.get(route.target)?.dockedTo === route.source) expect(to).toBe(from);
      else if (route.isBack) expect(to).toBeLessThanOrEqual(from);
      else expect(to).toBeGreaterThan(from);
    }
  });

  it('has the focus in column 0, and never runs and versions in one column', () => {
    expect(boxOf.get(graph.focus)?.column).toBe(0);
    expect(layout.columns.filter((column) => column.runs > 0 && column.versions > 0)).toEqual([]);
  });

  it('keeps what was drawn in its place when a twentieth of the nodes is added', () => {
    const before = layOut(inputOf(withoutFarthest(graph, 0.05), { mostRows: Number.POSITIVE_INFINITY }));
    const pinned = pinsOf(before);
    const after = layOut(inputOf({ ...graph, clusters: [] }, { pinned, mostRows: Number.POSITIVE_INFINITY }));

    const now = boxById(after);
    const shift = (box: Box) => (now.get(box.id)?.column ?? Number.NaN) - box.column;
    const moved: string[] = [];
    const swapped: string[] = [];
    for (const box of before.boxes) {
      const beside = before.boxes.filter((other) => other !== box && other.column === box.column);
      // What a new line joins the wrong way round goes on to the right without those beside it.
      const isAlone = beside.some((other) => shift(other) !== shift(box));
      if (isAlone) continue;
      if (now.get(box.id)?.y !== box.y) moved.push(box.id);
      for (const other of beside.filter((one) => one.y > box.y)) {
        if ((now.get(other.id)?.y ?? 0) < (now.get(box.id)?.y ?? 0)) swapped.push(`${box.id} and ${other.id}`);
      }
    }
    expect({ moved, swapped }).toEqual({ moved: [], swapped: [] });
    expect(overlaps(after.boxes)).toEqual([]);
    expect(linesOverBoxes(after)).toEqual([]);
  });
});

describe('the columns of a layout', () => {
  const version = (id: string) => newNode(id, 'ARTIFACT_VERSION', `${id}:v0`, 'dataset');
  const run = (id: string) => newNode(id, 'RUN', id, 'train');
  const edge = (source: GraphNode, target: GraphNode, at = 0): GraphEdge => ({
    source: source.id,
    target: target.id,
    kind: source.kind === 'RUN' ? 'PRODUCED' : target.kind === 'RUN' ? 'CONSUMED' : 'LINKED_TO',
    isReused: false,
    at,
  });
  const chain = (...nodes: GraphNode[]) => nodes.slice(1).map((node, at) => edge(nodes[at] as GraphNode, node, at));

  it('have sources next to what first uses them', () => {
    const [raw, prepare, data, extra, train, model] = [
      version('raw'),
      run('prepare'),
      version('data'),
      version('extra'),
      run('train'),
      version('model'),
    ];
    const edges = [...chain(raw, prepare, data, train, model), edge(extra, train)];
    const graph = graphOf([raw, prepare, data, extra, train, model], edges, 'model');

    const boxes = boxById(layOut(inputOf(graph)));

    expect(boxes.get('extra')?.column).toBe(-2);
    expect(boxes.get('raw')?.column).toBe(-4);
  });

  it('break a cycle at its youngest edge', () => {
    const [data, train, model] = [version('data'), run('train'), version('model')];
    const edges = [edge(train, data, 9), ...chain(data, train, model)];

    const { routes } = layOut(inputOf(graphOf([data, train, model], edges, 'data')));

    expect(routes.filter((route) => route.isBack).map((route) => [route.source, route.target])).toEqual([
      ['train', 'data'],
    ]);
  });

  it('have registry versions right below the version that they stand for', () => {
    const [train, model, use] = [run('train'), version('model'), run('use')];
    const registered = newNode('registered', 'REGISTRY_VERSION', 'Digits:v0', 'model');
    const graph = graphOf([train, model, registered, use], chain(train, model, registered, use), 'model');

    const boxes = boxById(layOut(inputOf(graph)));

    const [host, dock] = [boxes.get('model'), boxes.get('registered')];
    expect(dock).toMatchObject({ dockedTo: 'model', column: 0, y: (host?.y ?? 0) + NODE_HEIGHT + 4 });
    expect(boxes.get('use')?.column).toBe(1);
  });

  it('have what nothing joins to the focus as far off as it is, the older to the left', () => {
    const focus = { ...version('focus'), createdAt: 100 };
    const older = { ...version('older'), createdAt: 50, distance: 4 };
    const newer = { ...run('newer'), createdAt: 150, distance: 3 };

    const boxes = boxById(layOut(inputOf(graphOf([focus, older, newer], [], 'focus'))));

    expect([boxes.get('older')?.column, boxes.get('newer')?.column]).toEqual([-4, 3]);
  });

  it('show the newest rows, and one box for the rest, until that is opened', () => {
    const data = version('data');
    const runs = Array.from({ length: 60 }, (_, at) => ({ ...run(`run-${at}`), createdAt: at }));
    const graph = graphOf(
      [data, ...runs],
      runs.map((one) => edge(data, one)),
      'data',
    );

    const folded = layOut(inputOf(graph));
    const opened = layOut(inputOf(graph, { open: new Set(['more:1']) }));

    const more = folded.boxes.find((box) => box.role === 'more');
    expect(more?.members).toEqual(
      runs
        .slice(0, 20)
        .map((one) => one.id)
        .toReversed(),
    );
    expect(folded.boxes.filter((box) => box.column === 1 && box.y > (more?.y ?? 0))).toEqual([]);
    expect(folded.columns.find((column) => column.index === 1)).toMatchObject({ runs: 60, hiddenRows: 20 });
    expect(folded.routes.find((route) => route.target === 'more:1')?.count).toBe(20);
    expect(opened.boxes.length).toBe(61);
  });

  it('have one pill for the neighbours of a hub, with the number of all of them', () => {
    const data = version('data');
    const runs = Array.from({ length: 8 }, (_, at) => run(`run-${at}`));
    const graph = graphOf(
      [data, ...runs],
      runs.map((one) => edge(data, one)),
      'data',
    );
    const members = runs.slice(0, 6).map((one) => one.id);
    const hub = { id: 'hub', node: 'data', side: 'DOWNSTREAM' as const, count: 100_000, forbidden: 0, members };

    const layout = layOut(inputOf({ ...graph, hubs: [hub] }, { alone: new Set(['run-0']) }));

    expect(boxById(layout).get('hub')).toMatchObject({ role: 'hub', column: 1, members: members.slice(1) });
    expect(layout.routes.find((route) => route.target === 'hub')?.count).toBe(100_000);
    expect(layout.boxes.length).toBe(5);
  });

  it('give a place that two remember to the one that was drawn last', () => {
    const [data, old, shown] = [version('data'), run('old'), run('shown')];
    const graph = graphOf([data, old, shown], [edge(data, old), edge(data, shown)], 'data');
    const place = { column: 1, y: 0 };
    const pinned = new Map([
      ['old', place],
      ['data', { column: 0, y: 0 }],
      ['shown', place],
    ]);

    const boxes = boxById(layOut(inputOf(graph, { pinned })));

    expect(boxes.get('shown')?.y).toBe(0);
    expect(Math.abs(boxes.get('old')?.y ?? 0)).toBeGreaterThanOrEqual(NODE_HEIGHT + 14);
  });

  it('draw the members of an opened cluster one by one, and never swallow what stands alone', () => {
    const data = version('data');
    const runs = Array.from({ length: 8 }, (_, at) => run(`run-${at}`));
    const members = runs.map((one) => one.id);
    const cluster = { id: 'c', kind: 'RUN' as const, type: 'train', members, states: {}, recall: null, label: 'train' };
    const graph = {
      ...graphOf(
        [data, ...runs],
        runs.map((one) => edge(data, one)),
        'data',
      ),
      clusters: [cluster],
    };

    const closed = layOut(inputOf(graph, { alone: new Set(['run-3']) }));

    expect(boxById(closed).get('c')?.members).toEqual(members.filter((id) => id !== 'run-3'));
    expect(closed.routes.find((route) => route.target === 'c')?.count).toBe(7);
    expect(layOut(inputOf(graph, { open: new Set(['c']) })).boxes.length).toBe(9);
  });
});
