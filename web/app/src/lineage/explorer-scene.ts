// What a graph and its layout look like: cards with their texts, lines, names of columns.
import type { Translate } from '../lib/messages.tsx';
import { KIND_LABELS, type Kind, STATE_LABELS } from '../ui/state.tsx';
import type { Shape } from './canvas/palette.ts';
import { areaOfPoints, type Card, type Chip, type Head, type Line, makeScene, type Scene } from './canvas/scene.ts';
import type { Box, Layout, LayoutColumn, Route } from './layout-types.ts';
import type { Graph, GraphCluster, GraphHub, GraphNode } from './model.ts';

export const OUTLINES: Record<Kind, Card['outline']> = {
  RUN: 'pill',
  ARTIFACT_VERSION: 'box',
  REGISTRY_VERSION: 'cut',
};
export const SHAPES: Record<Kind, Shape> = { RUN: 'run', ARTIFACT_VERSION: 'version', REGISTRY_VERSION: 'registry' };

export function sceneOf(graph: Graph, layout: Layout, t: Translate): Scene {
  const clusters = new Map(graph.clusters.map((one) => [one.id, one]));
  const hubs = new Map(graph.hubs.map((one) => [one.id, one]));
  const cards = layout.boxes.flatMap((box) => {
    const node = graph.nodes.get(box.id);
    const cluster = clusters.get(box.id);
    const hub = hubs.get(box.id);
    if (node) return [nodeCard(box, node, node.id === graph.focus, t)];
    if (cluster) return [clusterCard(box, cluster, t)];
    if (hub) return [hubCard(box, hub, t)];
    return [moreCard(box, t)];
  });
  return makeScene(
    cards,
    layout.routes.map(lineOf),
    layout.columns.map((column) => headOf(column, uncounted(graph, layout, column.index), t)),
  );
}

const PLAIN = {
  isStacked: false,
  isDashed: false,
  isFocus: false,
  state: null,
  states: null,
  chips: [] as readonly Chip[],
  isRecalled: false,
  isWarned: false,
  moreUp: 0,
  moreDown: 0,
  barredUp: 0,
  barredDown: 0,
} as const;

function placed(box: Box) {
  return { id: box.id, x: box.x, y: box.y, width: box.width, height: box.height };
}

function nodeCard(box: Box, node: GraphNode, isFocus: boolean, t: Translate): Card {
  return {
    ...PLAIN,
    ...placed(box),
    outline: OUTLINES[node.kind],
    shape: node.isDeleted ? 'hidden' : SHAPES[node.kind],
    isDashed: node.isDeleted,
    isFocus,
    caption: captionOf(node, t),
    name: node.name,
    spoken: spokenNode(node, t),
    state: node.state,
    chips: chipsOf(node),
    isRecalled: node.isRecalled,
    isWarned: node.recall !== null && node.recall !== 'UNKNOWN',
    moreUp: node.hiddenUp,
    moreDown: node.hiddenDown,
    barredUp: node.forbiddenUp,
    barredDown: node.forbiddenDown,
  };
}

/** The small line: the type of a version, the job type of a run. */
export function captionOf(node: Pick<GraphNode, 'kind' | 'type' | 'isDeleted'>, t: Translate): string {
  const told = node.type ?? t(KIND_LABELS[node.kind]);
  return node.isDeleted ? `${told} · ${t('lineage.deleted')}` : told;
}

function chipsOf(node: GraphNode): Chip[] {
  const isProtected = new Set(node.protectedAliases);
  return [
    ...node.aliases.filter((name) => isProtected.has(name)),
    ...node.aliases.filter((name) => !isProtected.has(name)),
  ].map((text) => ({ text, isProtected: isProtected.has(text) }));
}

/** A node as a screen reader says it: "Run serene-haze-6, evaluate, finished, 2 in, 1 out". */
export function spokenNode(node: GraphNode, t: Translate): string {
  return [
    `${t(KIND_LABELS[node.kind])} ${node.name}`,
    node.type,
    node.state && t(STATE_LABELS[node.state]),
    ...node.protectedAliases.map((name) => `${name} (${t('ui.protected')})`),
    ...node.aliases.filter((name) => !node.protectedAliases.includes(name)),
    node.isDeleted && t('lineage.deleted'),
    node.isRecalled ? t('lineage.recalled') : node.recall && t(`lineage.recall.${node.recall}`),
    t('lineage.inOut', { inputs: node.inputs, outputs: node.outputs }),
    node.hiddenUp + node.hiddenDown > 0 && t('lineage.notDrawn', { count: node.hiddenUp + node.hiddenDown }),
    node.forbiddenUp + node.forbiddenDown > 0 &&
      t('lineage.notVisible', { count: node.forbiddenUp + node.forbiddenDown }),
  ]
    .filter(Boolean)
    .join(', ');
}

/** What a cluster is called: its versions, or its type. */
export function clusterName(cluster: GraphCluster, t: Translate): string {
  const kind = t(`lineage.many.${cluster.kind}`, { count: cluster.members.length });
  return cluster.label ? `${kind} · ${cluster.label}` : kind;
}

function clusterCard(box: Box, cluster: GraphCluster, t: Translate): Card {
  const name = t(`lineage.many.${cluster.kind}`, { count: box.members.length });
  const isRun = cluster.kind === 'RUN';
  return {
    ...PLAIN,
    ...placed(box),
    outline: OUTLINES[cluster.kind],
    shape: 'cluster',
    isStacked: true,
    caption: cluster.label || t('lineage.noType'),
    name,
    spoken: `${t('lineage.cluster')}: ${name}, ${cluster.label}`,
    states: isRun ? cluster.states : null,
    isWarned: cluster.recall !== null && cluster.recall !== 'UNKNOWN',
  };
}

function hubCard(box: Box, hub: GraphHub, t: Translate): Card {
  const name = t('lineage.hubCount', { count: hub.count });
  const caption = t(hub.side === 'DOWNSTREAM' ? 'lineage.hubDown' : 'lineage.hubUp');
  return {
    ...PLAIN,
    ...placed(box),
    outline: 'pill',
    shape: 'cluster',
    isStacked: true,
    caption,
    name,
    spoken: `${name}, ${caption}`,
    barredUp: hub.side === 'UPSTREAM' ? hub.forbidden : 0,
    barredDown: hub.side === 'DOWNSTREAM' ? hub.forbidden : 0,
  };
}

function moreCard(box: Box, t: Translate): Card {
  const name = t('lineage.moreRows', { count: box.members.length });
  return {
    ...PLAIN,
    ...placed(box),
    outline: 'box',
    shape: 'hidden',
    isDashed: true,
    caption: t('lineage.moreRowsHint'),
    name,
    spoken: name,
  };
}

function lineOf(route: Route): Line {
  return {
    source: route.source,
    target: route.target,
    points: route.points,
    count: route.count,
    isCounted: false,
    isDotted: route.kind === 'LINKED_TO',
    isHollow: route.isReused,
    isBack: route.isBack,
    area: areaOfPoints(route.points),
  };
}

/** How many neighbours the hubs of a column stand for beyond those in the graph. */
function uncounted(graph: Graph, layout: Layout, column: number): { runs: number; versions: number } {
  const more = { runs: 0, versions: 0 };
  for (const hub of graph.hubs) {
    const box = layout.boxes.find((one) => one.id === hub.id);
    if (box?.column !== column) continue;
    const beside = graph.edges.filter((edge) => (hub.side === 'UPSTREAM' ? edge.target : edge.source) === hub.node);
    more[graph.nodes.get(hub.node)?.kind === 'RUN' ? 'versions' : 'runs'] += Math.max(0, hub.count - beside.length);
  }
  return more;
}

function headOf(column: LayoutColumn, more: { runs: number; versions: number }, t: Translate): Head {
  const versions = column.versions + more.versions;
  const runs = column.runs + more.runs;
  const parts = [
    versions > 0 && t('lineage.versions', { count: versions }),
    runs > 0 && t('lineage.runs', { count: runs }),
  ];
  return { x: column.x, width: column.width, text: parts.filter(Boolean).join(' · ') };
}
