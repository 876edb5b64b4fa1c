// The first step of the layout: which boxes there are, which stand together, and which lines join them.
import type { Kind } from '../ui/state.tsx';
import { type BoxRole, DOCK_GAP, type LayoutInput, NODE_HEIGHT, type Pin, ROW_GAP } from './layout-types.ts';
import type { EdgeKind, Graph, GraphHub } from './model.ts';

/** What becomes a box. */
export interface Part {
  id: string;
  role: BoxRole;
  members: readonly string[];
  kind: Kind;
  /** Of its newest member. */
  createdAt: number;
  /** Edges to the focus, of its nearest member. */
  distance: number;
  /** The limit of rows does not take it. */
  isKept: boolean;
  unit: number;
  /** From the centre of its unit to its own. */
  offset: number;
}

/** Parts that stand one below the other, in one place of a column: a version, and what is docked to it. */
export interface Unit {
  parts: number[];
  isRun: boolean;
  height: number;
  column: number;
  /** Where it was drawn; the column is set to where it has to be now. */
  pin: Pin | null;
  /** The position of its pin among all: what was drawn last has the highest. */
  rank: number;
  /** It was drawn in another column, and those beside it were not moved with it. */
  isMoved: boolean;
  /** Its parts went into a `more` box. */
  isDropped: boolean;
  /** A `more` box, which stands at the end of its column. */
  isLast: boolean;
}

/** All edges between two parts. */
export interface Link {
  source: number;
  target: number;
  count: number;
  kind: EdgeKind;
  isReused: boolean;
  /** When the oldest of the edges came. */
  at: number;
}

export interface Plan {
  parts: Part[];
  units: Unit[];
  links: Link[];
  /** The unit in which the focus is. */
  focus: number;
  focusCreatedAt: number;
}

export function planOf(input: LayoutInput): Plan {
  const { graph } = input;
  const parts: Part[] = [];
  const partOf = new Map<string, number>();
  const add = (id: string, role: BoxRole, members: readonly string[], kind: Kind) => {
    for (const member of members) partOf.set(member, parts.length);
    parts.push(newPart(input, id, role, members, kind));
  };
  const isFree = (id: string) => graph.nodes.has(id) && id !== graph.focus && !input.alone.has(id) && !partOf.has(id);
  for (const cluster of graph.clusters) {
    const members = input.open.has(cluster.id) ? [] : cluster.members.filter(isFree);
    if (members.length > 1) add(cluster.id, 'cluster', members, cluster.kind);
  }
  const hubs = graph.hubs.filter((hub) => graph.nodes.has(hub.node) && !input.open.has(hub.id));
  for (const hub of hubs) {
    add(hub.id, 'hub', hub.members.filter(isFree), kindBeside(graph, hub));
  }
  for (const node of graph.nodes.values()) {
    if (!partOf.has(node.id)) add(node.id, 'node', [node.id], node.kind);
  }
  const links = linksOf(graph, hubs, parts, partOf);
  const units = unitsOf(parts, links, input.pinned);
  const focus = parts[partOf.get(graph.focus) as number]?.unit ?? 0;
  return { parts, units, links, focus, focusCreatedAt: graph.nodes.get(graph.focus)?.createdAt ?? 0 };
}

/** The height of so many parts, one docked below the other. */
export function heightOf(parts: number): number {
  return parts * NODE_HEIGHT + (parts - 1) * DOCK_GAP;
}

/** Links with one for each pair of parts; `at` that of the oldest. */
export function joinLinks(links: Iterable<Link>): Link[] {
  const joined = new Map<string, Link>();
  for (const link of links) {
    const key = `${link.source}>${link.target}`;
    const known = joined.get(key);
    if (!known) joined.set(key, { ...link });
    else {
      known.count += link.count;
      known.isReused &&= link.isReused;
      known.at = Math.min(known.at, link.at);
    }
  }
  return [...joined.values()];
}

function newPart(input: LayoutInput, id: string, role: BoxRole, members: readonly string[], kind: Kind): Part {
  const { graph, alone, pinned } = input;
  const nodes = members.flatMap((member) => graph.nodes.get(member) ?? []);
  return {
    id,
    role,
    members,
    kind,
    createdAt: nodes.reduce((newest, node) => Math.max(newest, node.createdAt), 0),
    distance: nodes.reduce((nearest, node) => Math.min(nearest, node.distance), Number.POSITIVE_INFINITY),
    isKept:
      role !== 'node' ||
      id === graph.focus ||
      alone.has(id) ||
      pinned.has(id) ||
      nodes.some((node) => node.isRecalled || node.protectedAliases.length > 0),
    unit: -1,
    offset: 0,
  };
}

function kindBeside(graph: Graph, hub: GraphHub): Kind {
  const member = hub.members.find((id) => graph.nodes.has(id));
  const known = member === undefined ? undefined : graph.nodes.get(member)?.kind;
  return known ?? (graph.nodes.get(hub.node)?.kind === 'RUN' ? 'ARTIFACT_VERSION' : 'RUN');
}

function linksOf(graph: Graph, hubs: readonly GraphHub[], parts: Part[], partOf: Map<string, number>): Link[] {
  const edges = graph.edges.flatMap((edge): Link[] => {
    const source = partOf.get(edge.source);
    const target = partOf.get(edge.target);
    if (source === undefined || target === undefined || source === target) return [];
    return [{ source, target, count: 1, kind: edge.kind, isReused: edge.isReused, at: edge.at }];
  });
  const links = joinLinks(edges);
  for (const hub of hubs) {
    const beside = partOf.get(hub.node) as number;
    const pill = parts.findIndex((part) => part.id === hub.id);
    const [source, target] = hub.side === 'DOWNSTREAM' ? [beside, pill] : [pill, beside];
    const known = links.find((link) => link.source === source && link.target === target);
    // Of its neighbours only some are in the graph: the line says how many there are.
    if (known) known.count = hub.count;
    else {
      const kind = kindBetween(parts[source] as Part, parts[target] as Part);
      links.push({ source, target, count: hub.count, kind, isReused: false, at: parts[pill]?.createdAt ?? 0 });
    }
  }
  return links;
}

function kindBetween(source: Part, target: Part): EdgeKind {
  if (source.kind === 'RUN') return 'PRODUCED';
  return target.kind === 'RUN' ? 'CONSUMED' : 'LINKED_TO';
}

/** Docks registry versions to the one part that they stand for, and makes a unit of each part that is not docked. */
function unitsOf(parts: Part[], links: readonly Link[], pinned: ReadonlyMap<string, Pin>): Unit[] {
  const docks = docksOf(parts, links, pinned);
  const isDocked = new Set([...docks.values()].flat());
  const ranks = new Map([...pinned.keys()].map((id, rank) => [id, rank]));
  const units: Unit[] = [];
  parts.forEach((part, index) => {
    if (isDocked.has(index)) return;
    const own = [index, ...(docks.get(index) ?? [])];
    for (const one of own) (parts[one] as Part).unit = units.length;
    const unit = {
      parts: own,
      isRun: part.kind === 'RUN',
      height: heightOf(own.length),
      column: 0,
      pin: copyOf(pinned.get(part.id)),
      rank: ranks.get(part.id) ?? 0,
      isMoved: false,
      isDropped: false,
      isLast: false,
    };
    stackParts(unit, parts);
    units.push(unit);
  });
  return units;
}

function copyOf(pin: Pin | undefined): Pin | null {
  return pin ? { ...pin } : null;
}

/** The parts that are docked to each part, from the top. */
function docksOf(parts: readonly Part[], links: readonly Link[], pinned: ReadonlyMap<string, Pin>) {
  const hosts = new Map<number, Set<number>>();
  for (const link of links) {
    const target = parts[link.target] as Part;
    if (link.kind !== 'LINKED_TO' || target.kind !== 'REGISTRY_VERSION' || target.role === 'hub') continue;
    hosts.set(link.target, (hosts.get(link.target) ?? new Set()).add(link.source));
  }
  const docks = new Map<number, number[]>();
  const yOf = (index: number) => pinned.get((parts[index] as Part).id)?.y ?? Number.POSITIVE_INFINITY;
  for (const index of [...hosts.keys()].sort((one, other) => yOf(one) - yOf(other) || one - other)) {
    const [host, ...others] = hosts.get(index) ?? [];
    const part = host === undefined ? undefined : parts[host];
    if (host === undefined || part?.kind !== 'ARTIFACT_VERSION' || part.role === 'hub' || others.length > 0) continue;
    const own = docks.get(host) ?? [];
    if (fits(pinned, part.id, (parts[index] as Part).id, own.length + 1)) docks.set(host, [...own, index]);
  }
  return docks;
}

/** Whether a part can be the dock of that number below another, as both and all around them were drawn before. */
function fits(pinned: ReadonlyMap<string, Pin>, hostId: string, id: string, number: number): boolean {
  const host = pinned.get(hostId);
  const own = pinned.get(id);
  if (!host) return !own;
  const y = host.y + number * (NODE_HEIGHT + DOCK_GAP);
  if (own) return own.column === host.column && own.y === y;
  for (const pin of pinned.values()) {
    const isBelow = pin.column === host.column && pin.y > host.y + NODE_HEIGHT;
    if (isBelow && pin.y > y - NODE_HEIGHT - DOCK_GAP && pin.y < y + NODE_HEIGHT + ROW_GAP) return false;
  }
  return true;
}

function stackParts(unit: Unit, parts: readonly Part[]): void {
  unit.parts.forEach((index, row) => {
    const top = row * (NODE_HEIGHT + DOCK_GAP);
    (parts[index] as Part).offset = top + NODE_HEIGHT / 2 - unit.height / 2;
  });
}
