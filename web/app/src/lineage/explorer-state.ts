// The state of the explorer as parameters of its address: what is asked, what was opened, what is chosen, how it is
// shown. Reloading, going back and a pasted link give the same view.
import type { Kind } from '../ui/state.tsx';

export type ExplorerView = 'graph' | 'table' | 'impact';
export type Steps = number | 'all';

/** One step that the reader took from a node: shown its neighbours, folded what hangs on it, or hid it. */
export interface Move {
  id: string;
  kind: 'up' | 'down' | 'allUp' | 'allDown' | 'fold' | 'hide';
}

export interface ExplorerState {
  /** How many edges each way; null: as fits the kind of the focus. */
  up: Steps | null;
  down: Steps | null;
  types: readonly string[];
  jobTypes: readonly string[];
  aliases: readonly string[];
  /** Days, `2026-11-03`, in the zone of the browser. */
  from: string;
  to: string;
  moves: readonly Move[];
  /** Clusters and ends of columns whose members are drawn one by one. */
  open: readonly string[];
  /** Nodes that were pulled out of their cluster. */
  alone: readonly string[];
  /** A box: a node, a cluster, a hub. */
  selected: string | null;
  path: readonly [string, string] | null;
  /** Null: the graph, on narrow screens the table. */
  view: ExplorerView | null;
  /** Only what is up- or downstream of the focus itself. */
  isDirect: boolean;
  /** Up to 2,000 nodes, where 300 are the most else. */
  isLarge: boolean;
  camera: string | null;
}

export type Parameters = Record<string, string | readonly string[] | null>;

export const FEW_NODES = 300;
export const MANY_NODES = 2000;
/** So many more are drawn without asking: with what is drawn already they are hardly above `FEW_NODES`. */
export const UNASKED_NODES = 250;
const MOST_STEPS = 99;

const SIGNS: Record<Move['kind'], string> = { up: 'u', down: 'd', allUp: 'U', allDown: 'D', fold: 'f', hide: 'h' };
const KINDS = Object.fromEntries(Object.entries(SIGNS).map(([kind, sign]) => [sign, kind])) as Record<
  string,
  Move['kind']
>;

export function readState(params: URLSearchParams): ExplorerState {
  const [first, second] = (params.get('path') ?? '').split('~');
  const view = params.get('view');
  return {
    up: readSteps(params.get('up')),
    down: readSteps(params.get('down')),
    types: params.getAll('type'),
    jobTypes: params.getAll('job'),
    aliases: params.getAll('alias'),
    from: readDay(params.get('from')),
    to: readDay(params.get('to')),
    moves: params.getAll('x').flatMap(readMove),
    open: params.getAll('open').map(longId),
    alone: params.getAll('out').map(longId),
    selected: params.has('sel') ? longId(params.get('sel') ?? '') : null,
    path: first && second ? [longId(first), longId(second)] : null,
    view: view === 'graph' || view === 'table' || view === 'impact' ? view : null,
    isDirect: params.get('direct') === '1',
    isLarge: params.get('many') === '1',
    camera: params.get('cam'),
  };
}

/** The parameters for a part of the state; those that say what is so anyway go away. */
export function writeState(state: Partial<ExplorerState>): Parameters {
  const written: Parameters = {};
  if ('up' in state) written.up = state.up === null ? null : String(state.up);
  if ('down' in state) written.down = state.down === null ? null : String(state.down);
  if (state.types) written.type = state.types;
  if (state.jobTypes) written.job = state.jobTypes;
  if (state.aliases) written.alias = state.aliases;
  if (state.from !== undefined) written.from = state.from || null;
  if (state.to !== undefined) written.to = state.to || null;
  if (state.moves) written.x = state.moves.map((move) => `${shortId(move.id)}.${SIGNS[move.kind]}`);
  if (state.open) written.open = state.open.map(shortId);
  if (state.alone) written.out = state.alone.map(shortId);
  if ('selected' in state) written.sel = state.selected ? shortId(state.selected) : null;
  if ('path' in state) written.path = state.path ? state.path.map(shortId).join('~') : null;
  if ('view' in state) written.view = state.view ?? null;
  if (state.isDirect !== undefined) written.direct = state.isDirect ? '1' : null;
  if (state.isLarge !== undefined) written.many = state.isLarge ? '1' : null;
  if ('camera' in state) written.cam = state.camera ?? null;
  return written;
}

/** How far one goes at first: from a version to the run that made it and what that used, and to its consumers. */
export function stepsOf(state: ExplorerState, kind: Kind): { up: Steps; down: Steps } {
  const first = { RUN: [1, 1], ARTIFACT_VERSION: [2, 1], REGISTRY_VERSION: [3, 1] } as const;
  const [up, down] = first[kind];
  return { up: state.up ?? up, down: state.down ?? down };
}

/** The moves after another one: what it undoes goes away, and what hangs on a folded node with it. */
export function withMove(moves: readonly Move[], move: Move): Move[] {
  const isSame = (one: Move) => one.id === move.id;
  if (move.kind === 'fold') {
    const rest = moves.filter((one) => !isSame(one) || one.kind === 'hide');
    return rest.length < moves.length ? rest : [...moves, move];
  }
  const rest = moves.filter((one) => !(isSame(one) && (one.kind === 'fold' || one.kind === move.kind)));
  return [...rest, move];
}

function readSteps(text: string | null): Steps | null {
  if (text === 'all') return 'all';
  const number = Number(text);
  return text !== null && text !== '' && Number.isInteger(number) && number >= 0 && number <= MOST_STEPS
    ? number
    : null;
}

function readDay(text: string | null): string {
  return text && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '';
}

function readMove(text: string): Move[] {
  const kind = KINDS[text.slice(-1)];
  const id = longId(text.slice(0, -2));
  return kind && id && text.at(-2) === '.' ? [{ id, kind }] : [];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SHORT = /^[A-Za-z0-9_-]{22}$/;

/** An id as few signs as an address takes: 22 in place of 36. What is no UUID stays as it is. */
export function shortId(id: string): string {
  if (!UUID.test(id)) return id;
  const bytes = id.replaceAll('-', '').match(/../g) ?? [];
  const text = btoa(String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 16))));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function longId(text: string): string {
  if (!SHORT.test(text)) return text;
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const hex = Array.from(bytes, (sign) => sign.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
