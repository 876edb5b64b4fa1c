import { useCallback } from 'react';
import { useT } from '../lib/messages.tsx';
import { OPERATORS, type Rule } from './guard-rules.ts';

/** A function that says a rule in the language of the page. */
export function useRuleText(): (rule: Rule) => string {
  const t = useT();
  return useCallback(
    (rule) => {
      switch (rule.__typename) {
        case 'RequiresUpstreamRule':
          return rule.collection
            ? t('rule.upstreamOf', { type: rule.type, collection: rule.collection.path })
            : t('rule.upstream', { type: rule.type });
        case 'MetricRule': {
          const condition = `${rule.path} ${OPERATORS[rule.op]} ${JSON.stringify(rule.value)}`;
          return t(rule.source === 'SUMMARY' ? 'rule.metric' : 'rule.metadata', { condition });
        }
        case 'BetterThanCurrentRule':
          return t(rule.direction === 'HIGHER' ? 'rule.higher' : 'rule.lower', { path: rule.path });
        case 'RequiredTagRule':
          return t('rule.tag', { tag: rule.tag });
        case 'ApprovalsRule':
          return t('rule.approvals', { count: rule.count });
        case 'VerifiedBytesRule':
          return t('rule.bytes');
      }
    },
    [t],
  );
}
