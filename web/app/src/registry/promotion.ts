// What a move of an alias changes, and whether it can be made: worked out from answers of the server alone.
import type { Refusal } from '../lib/mutate.ts';

export interface MetricChange {
  name: string;
  before: unknown;
  after: unknown;
  /** Of two numbers. */
  difference: number | null;
}

/** The metrics of two versions side by side, by name; null is a version that has none or whose run is hidden. */
export function metricChanges(before: unknown, after: unknown): MetricChange[] {
  const old = asRecord(before);
  const next = asRecord(after);
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort((one, other) =>
    one.localeCompare(other),
  );
  return names.map((name) => {
    const from = old[name];
    const to = next[name];
    const difference = typeof from === 'number' && typeof to === 'number' ? to - from : null;
    return { name, before: from ?? null, after: to ?? null, difference };
  });
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The metrics that some versions have, those that most of them have first. */
export function metricNames(versions: readonly { metrics?: unknown }[]): string[] {
  const counts = new Map<string, number>();
  for (const version of versions) {
    for (const name of Object.keys(asRecord(version.metrics))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts.keys()].sort(
    (one, other) => (counts.get(other) ?? 0) - (counts.get(one) ?? 0) || one.localeCompare(other),
  );
}

export function metricOf(version: { metrics?: unknown }, name: string): unknown {
  return asRecord(version.metrics)[name];
}

/** The rule that only a proposal can meet, as the server names it. */
const APPROVALS = 'approvals';

export type Verdict =
  /** It can be moved now. */
  | { kind: 'move' }
  /** It takes the consent of others: propose it. `message` says why. */
  | { kind: 'propose'; message: string }
  /** It can't be moved; each reason. */
  | { kind: 'blocked'; reasons: readonly string[] };

/** What a dry run says of a move. `mayPropose`: whether the viewer is more than a reader. */
export function verdictOn(refusal: Refusal | null, mayPropose: boolean): Verdict {
  if (!refusal) return { kind: 'move' };
  const unmet = refusal.unmetRules ?? [];
  const isOnlyApprovals = unmet.length > 0 && unmet.every((one) => one.rule === APPROVALS);
  const isLocked = refusal.__typename === 'PermissionDeniedError';
  if (mayPropose && (isOnlyApprovals || isLocked)) {
    return { kind: 'propose', message: unmet[0]?.message ?? refusal.message };
  }
  return { kind: 'blocked', reasons: unmet.length ? unmet.map((one) => one.message) : [refusal.message] };
}

/** Where an alias pointed before, each place once and the last one first: what it can go back to. */
export function earlierTargets<Version extends { id: string; isDeleted: boolean }, Move extends { to: Version | null }>(
  moves: readonly Move[],
  currentId: string | null,
): (Move & { to: Version })[] {
  const seen = new Set<string>(currentId === null ? [] : [currentId]);
  const targets: (Move & { to: Version })[] = [];
  for (const move of moves) {
    const { to } = move;
    if (!to || to.isDeleted || seen.has(to.id)) continue;
    seen.add(to.id);
    targets.push({ ...move, to });
  }
  return targets;
}

/** The alias that a registered model is judged by: a protected one, else any but `latest`, else `latest`. */
export function mainAlias<Alias extends { name: string }>(
  aliases: readonly Alias[],
  isProtected: (name: string) => boolean,
): Alias | undefined {
  const others = aliases.filter((alias) => alias.name !== 'latest');
  return others.find((alias) => isProtected(alias.name)) ?? others[0] ?? aliases[0];
}

/** The proposal that the reason of a move names, and the proposer's own words behind it; null when it names none. */
export function proposalIn(reason: string): { id: string; reason: string } | null {
  const found = /^proposal ([0-9a-f-]{36})(?:: ([\s\S]*))?$/.exec(reason);
  return found?.[1] ? { id: found[1], reason: found[2] ?? '' } : null;
}
