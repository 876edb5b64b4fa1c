// Events of a series in words. Kinds that are new to this page are shown by their name.
import type { MessageKey } from '../lib/messages.tsx';

interface Told {
  kind: string;
  before?: unknown;
  after?: unknown;
}

const WORDS: Record<string, MessageKey> = {
  ARTIFACT_LOGGED: 'artifacts.event.logged',
  ARTIFACT_REUSED: 'artifacts.event.reused',
  ARTIFACT_USED: 'artifacts.event.used',
  ALIASES_MOVED: 'artifacts.event.aliasesMoved',
  ALIAS_ROLLED_BACK: 'artifacts.event.rolledBack',
  VERSION_CHANGED: 'artifacts.event.versionChanged',
  VERSION_RECALLED: 'artifacts.event.recalled',
  RECALL_WITHDRAWN: 'artifacts.event.recallWithdrawn',
  VERSION_TTL_SET: 'artifacts.event.ttlSet',
  COLLECTION_TTL_SET: 'artifacts.event.ttlSet',
  VERSION_EXPIRED: 'artifacts.event.expired',
  LINKED: 'artifacts.event.linked',
  LINKED_AGAIN: 'artifacts.event.linked',
  UNLINKED: 'artifacts.event.unlinked',
  DELETED: 'artifacts.event.deleted',
  RESTORED: 'artifacts.event.restored',
  COLLECTION_CREATED: 'artifacts.event.created',
  COLLECTION_CHANGED: 'artifacts.event.changed',
  GUARD_SET: 'artifacts.event.guardSet',
  GUARD_REMOVED: 'artifacts.event.guardRemoved',
};

/** What an event says, and of which version or alias where it tells. */
export function describeEvent({ kind, after, before }: Told): { key: MessageKey; detail: string } {
  const facts = record(after) ?? record(before);
  const moves = Array.isArray(facts?.moves) ? facts.moves.map(record) : [];
  const names = moves.map((move) => move?.name).filter((name): name is string => typeof name === 'string');
  const isMove = kind === 'ALIASES_MOVED';
  const index = typeof facts?.index === 'number' ? `v${facts.index}` : '';
  return { key: WORDS[kind] ?? 'artifacts.event.other', detail: isMove ? names.join(', ') : index };
}

/** Whether an event is of this version, or moved an alias to or from it. */
export function isAbout({ before, after }: Told, versionId: string): boolean {
  return [before, after].some((state) => mentions(state, versionId));
}

function mentions(value: unknown, id: string): boolean {
  if (value === id) return true;
  if (Array.isArray(value)) return value.some((one) => mentions(one, id));
  const facts = record(value);
  return facts !== null && Object.values(facts).some((one) => mentions(one, id));
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
