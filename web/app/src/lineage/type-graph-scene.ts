// A graph of types as the canvas draws it: the same layout and cards as the explorer's, with counts in place of names.
import type { ProjectTypeGraphQuery } from '../generated/lineage/queries.ts';
import type { Translate } from '../lib/messages.tsx';
import { hrefOf, tabHref } from '../lib/routes.ts';
import { areaOfPoints, type Card, type Line, makeScene, type Scene } from './canvas/scene.ts';
import { OUTLINES, SHAPES } from './explorer-scene.ts';
import type { Layout } from './layout-types.ts';
import type { Graph, GraphNode } from './model.ts';

export type TypeGraph = NonNullable<ProjectTypeGraphQuery['project']>['typeGraph'];
export type TypeGroup = TypeGraph['nodes'][number];

/** What the members of a group share, in a word. */
export function groupName(group: Pick<TypeGroup, 'kind' | 'type' | 'jobType'>, t: Translate): string {
  if (group.kind === 'RUN') return group.jobType ?? t('lineage.noJobType');
  return group.type ?? t('lineage.noType');
}

/** The groups as nodes for the layout, which asks for no more than ends, kinds and age. */
export function graphOfTypes(found: TypeGraph): Graph {
  const nodes = found.nodes.map(
    (group): GraphNode => ({ ...BLANK, id: group.id, kind: group.kind, path: group.container }),
  );
  const isTarget = new Set(found.edges.filter((edge) => edge.source !== edge.target).map((edge) => edge.target));
  const focus = found.nodes.find((group) => !isTarget.has(group.id)) ?? found.nodes[0];
  return {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    // Of a cycle the layout turns the youngest edge back: here the one that least data took.
    edges: found.edges
      .filter((edge) => edge.source !== edge.target)
      .map(({ source, target, kind, count }) => ({ source, target, kind, isReused: false, at: -count })),
    clusters: [],
    hubs: [],
    focus: focus?.id ?? '',
    completeness: { isComplete: found.isComplete, reason: found.reason, forbidden: found.hidden, hidden: 0 },
  };
}

const BLANK: Omit<GraphNode, 'id' | 'kind' | 'path'> = {
  type: null,
  name: '',
  url: '',
  state: null,
  aliases: [],
  protectedAliases: [],
  recall: null,
  isRecalled: false,
  isDeleted: false,
  createdAt: 0,
  distance: 0,
  inputs: 0,
  outputs: 0,
  hiddenUp: 0,
  hiddenDown: 0,
  forbiddenUp: 0,
  forbiddenDown: 0,
};

export function typeScene(found: TypeGraph, layout: Layout, t: Translate): Scene {
  const groups = new Map(found.nodes.map((group) => [group.id, group]));
  const counts = new Map<string, number>();
  for (const edge of found.edges) {
    const key = `${edge.source}\n${edge.target}`;
    counts.set(key, (counts.get(key) ?? 0) + edge.count);
  }
  const cards = layout.boxes.flatMap((box): Card[] => {
    const group = groups.get(box.id);
    if (!group) return [];
    const count = t(group.kind === 'RUN' ? 'lineage.runs' : 'lineage.versions', { count: group.count });
    const caption = group.isOutside ? `${count} · ${t('lineage.outside', { place: group.container })}` : count;
    const name = groupName(group, t);
    return [
      {
        id: box.id,
        x: box.x,
        y: box.y,
        width: box.width,
        height: box.height,
        outline: OUTLINES[group.kind],
        shape: SHAPES[group.kind],
        isStacked: group.count > 1,
        isDashed: group.isOutside,
        isFocus: false,
        caption,
        name,
        spoken: `${name}, ${caption}`,
        state: null,
        states: null,
        chips: [],
        isRecalled: false,
        isWarned: false,
        moreUp: 0,
        moreDown: 0,
        barredUp: 0,
        barredDown: group.hidden,
      },
    ];
  });
  const lines = layout.routes.map(
    (route): Line => ({
      source: route.source,
      target: route.target,
      points: route.points,
      count: counts.get(`${route.source}\n${route.target}`) ?? counts.get(`${route.target}\n${route.source}`) ?? 0,
      isCounted: true,
      isDotted: route.kind === 'LINKED_TO',
      isHollow: false,
      isBack: route.isBack,
      area: areaOfPoints(route.points),
    }),
  );
  return makeScene(cards, lines, []);
}

/** The list of the members of a group. */
export function explodeHref(group: TypeGroup): string {
  const { container, kind } = group;
  if (kind === 'RUN') {
    const query = group.jobType === null ? '' : `?job=${encodeURIComponent(group.jobType)}`;
    return `${tabHref(container, 'runs')}${query}`;
  }
  if (kind === 'REGISTRY_VERSION') return hrefOf(container);
  return `${tabHref(container, 'artifacts')}${group.type === null ? '' : `?type=${encodeURIComponent(group.type)}`}`;
}
