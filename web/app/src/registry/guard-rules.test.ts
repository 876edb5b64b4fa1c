import { describe, expect, it } from 'vitest';
import { draftOf, emptyRule, inputOf, RULE_KINDS, type Rule, typedValue } from './guard-rules.ts';

const RULES: Rule[] = [
  {
    __typename: 'RequiresUpstreamRule',
    text: '',
    type: 'dataset',
    collection: { __typename: 'Collection', id: 'c', path: 'a/b/c' },
  },
  { __typename: 'MetricRule', text: '', source: 'METADATA', path: 'val/acc', op: 'GTE', value: 0.9 },
  { __typename: 'MetricRule', text: '', source: 'SUMMARY', path: 'kind', op: 'EQ', value: '12' },
  { __typename: 'BetterThanCurrentRule', text: '', source: 'SUMMARY', path: 'loss', direction: 'LOWER' },
  { __typename: 'RequiredTagRule', text: '', tag: '監査済み' },
  { __typename: 'ApprovalsRule', text: '', count: 2 },
  { __typename: 'VerifiedBytesRule', text: '' },
];

it('takes each rule through a form and back without a change', () => {
  expect(RULES.map((rule) => inputOf(draftOf(rule), 'c'))).toEqual([
    { requiresUpstream: { type: 'dataset', collection: 'c' } },
    { metric: { source: 'METADATA', path: 'val/acc', op: 'GTE', value: 0.9 } },
    { metric: { source: 'SUMMARY', path: 'kind', op: 'EQ', value: '12' } },
    { betterThanCurrent: { source: 'SUMMARY', path: 'loss', direction: 'LOWER' } },
    { requiredTag: '監査済み' },
    { approvals: 2 },
    { verifiedBytes: true },
  ]);
});

it('gives no rule while a field that it needs is empty', () => {
  const missing = RULE_KINDS.filter((kind) => inputOf({ ...emptyRule(kind), type: '', count: '' }, null) === null);
  expect(missing).toEqual(['requiresUpstream', 'metric', 'betterThanCurrent', 'requiredTag', 'approvals']);
  expect(inputOf({ ...emptyRule('approvals'), count: '1.5' }, null)).toBeNull();
});

describe('typedValue', () => {
  it.each([
    ['0.9', 0.9],
    [' -1e3 ', -1000],
    ['true', true],
    ['false', false],
    ['resnet', 'resnet'],
    ['"12"', '12'],
    ['', ''],
  ])('takes %j for %j', (text, value) => expect(typedValue(text)).toBe(value));
});
