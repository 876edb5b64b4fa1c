// Rules of guards as forms hold them, and as the API takes them.
import type { GuardFieldsFragment, SetGuardMutationVariables } from '../generated/registry/guards.ts';

export type Rule = GuardFieldsFragment['rules'][number];
export type RuleInput = SetGuardMutationVariables['input']['rules'][number];

export const RULE_KINDS = [
  'requiresUpstream',
  'metric',
  'betterThanCurrent',
  'requiredTag',
  'approvals',
  'verifiedBytes',
] as const;
export type RuleKind = (typeof RULE_KINDS)[number];
export const OPERATORS = { GTE: '≥', GT: '>', LTE: '≤', LT: '<', EQ: '=', NE: '≠' } as const;
export type Operator = keyof typeof OPERATORS;
export type Source = 'SUMMARY' | 'METADATA';

/** One rule in a form: all fields as texts, of which its kind uses some. */
export interface RuleDraft {
  kind: RuleKind;
  type: string;
  collection: string;
  source: Source;
  path: string;
  op: Operator;
  value: string;
  direction: 'HIGHER' | 'LOWER';
  tag: string;
  count: string;
}

export function emptyRule(kind: RuleKind = 'metric'): RuleDraft {
  return {
    kind,
    type: 'dataset',
    collection: '',
    source: 'SUMMARY',
    path: '',
    op: 'GTE',
    value: '',
    direction: 'HIGHER',
    tag: '',
    count: '1',
  };
}

/** A rule that is set, as a form holds it. */
export function draftOf(rule: Rule): RuleDraft {
  switch (rule.__typename) {
    case 'RequiresUpstreamRule':
      return { ...emptyRule('requiresUpstream'), type: rule.type, collection: rule.collection?.path ?? '' };
    case 'MetricRule':
      return { ...emptyRule('metric'), source: rule.source, path: rule.path, op: rule.op, value: textOf(rule.value) };
    case 'BetterThanCurrentRule':
      return { ...emptyRule('betterThanCurrent'), source: rule.source, path: rule.path, direction: rule.direction };
    case 'RequiredTagRule':
      return { ...emptyRule('requiredTag'), tag: rule.tag };
    case 'ApprovalsRule':
      return { ...emptyRule('approvals'), count: String(rule.count) };
    case 'VerifiedBytesRule':
      return emptyRule('verifiedBytes');
  }
}

/** The rule as the API takes it; null while a field that it needs is empty. `collection` is the id of its series. */
export function inputOf(draft: RuleDraft, collection: string | null): RuleInput | null {
  const path = draft.path.trim();
  switch (draft.kind) {
    case 'requiresUpstream':
      return draft.type.trim() ? { requiresUpstream: { type: draft.type.trim(), collection } } : null;
    case 'metric': {
      const value = typedValue(draft.value);
      return path && value !== '' ? { metric: { source: draft.source, path, op: draft.op, value } } : null;
    }
    case 'betterThanCurrent':
      return path ? { betterThanCurrent: { source: draft.source, path, direction: draft.direction } } : null;
    case 'requiredTag':
      return draft.tag.trim() ? { requiredTag: draft.tag.trim() } : null;
    case 'approvals': {
      const count = Number(draft.count);
      return Number.isInteger(count) && count > 0 ? { approvals: count } : null;
    }
    case 'verifiedBytes':
      return { verifiedBytes: true };
  }
}

/** What somebody means by a typed value: a number, a truth value, else a text, which quotes make of anything. */
export function typedValue(text: string): number | boolean | string {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  if (trimmed !== '' && Number.isFinite(Number(trimmed))) return Number(trimmed);
  const quoted = /^"(.*)"$/.exec(trimmed);
  return quoted?.[1] ?? trimmed;
}

function textOf(value: unknown): string {
  const isAmbiguous = typeof value === 'string' && typeof typedValue(value) !== 'string';
  return isAmbiguous ? `"${value}"` : String(value);
}
