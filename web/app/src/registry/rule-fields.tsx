import { type MessageKey, useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { OPERATORS, type Operator, RULE_KINDS, type RuleDraft, type RuleKind } from './guard-rules.ts';
import styles from './registry.module.css';

const KINDS: Record<RuleKind, MessageKey> = {
  requiresUpstream: 'rule.kindUpstream',
  metric: 'rule.kindMetric',
  betterThanCurrent: 'rule.kindBetter',
  requiredTag: 'rule.kindTag',
  approvals: 'rule.kindApprovals',
  verifiedBytes: 'rule.kindBytes',
};

interface RuleFieldsProps {
  draft: RuleDraft;
  onChange: (draft: RuleDraft) => void;
  onRemove?: () => void;
}

/** One rule of a guard as fields: its kind, and what this kind needs. */
export function RuleFields({ draft, onChange, onRemove }: RuleFieldsProps) {
  const t = useT();
  const set = (changes: Partial<RuleDraft>) => onChange({ ...draft, ...changes });
  return (
    <fieldset className={styles.card}>
      <legend className="visually-hidden">{t(KINDS[draft.kind])}</legend>
      <div className={styles.row}>
        <Select
          label={t('rule.kind')}
          value={draft.kind}
          options={RULE_KINDS.map((kind) => ({ value: kind, label: t(KINDS[kind]) }))}
          onChange={(kind) => set({ kind })}
        />
        <span className={styles.grow} />
        {onRemove && <Button onPress={onRemove}>{t('registry.removeRule')}</Button>}
      </div>
      <OwnFields draft={draft} set={set} />
    </fieldset>
  );
}

function OwnFields({ draft, set }: { draft: RuleDraft; set: (changes: Partial<RuleDraft>) => void }) {
  const t = useT();
  switch (draft.kind) {
    case 'requiresUpstream':
      return (
        <>
          <TextField
            label={t('rule.upstreamType')}
            value={draft.type}
            onChange={(type) => set({ type })}
            hint={t('rule.upstreamHint')}
          />
          <TextField
            label={t('rule.upstreamCollection')}
            value={draft.collection}
            onChange={(collection) => set({ collection })}
            placeholder="entity/project/name"
          />
        </>
      );
    case 'metric':
      return (
        <div className={styles.row}>
          <ValueSource draft={draft} set={set} />
          <Select<Operator>
            label={t('rule.operator')}
            value={draft.op}
            options={Object.entries(OPERATORS).map(([op, sign]) => ({ value: op as Operator, label: sign }))}
            onChange={(op) => set({ op })}
          />
          <TextField label={t('rule.value')} value={draft.value} onChange={(value) => set({ value })} isRequired />
        </div>
      );
    case 'betterThanCurrent':
      return (
        <div className={styles.row}>
          <ValueSource draft={draft} set={set} />
          <Select
            label={t('rule.direction')}
            value={draft.direction}
            options={[
              { value: 'HIGHER', label: t('rule.higherIsBetter') },
              { value: 'LOWER', label: t('rule.lowerIsBetter') },
            ]}
            onChange={(direction) => set({ direction })}
          />
        </div>
      );
    case 'requiredTag':
      return <TextField label={t('rule.tagName')} value={draft.tag} onChange={(tag) => set({ tag })} isRequired />;
    case 'approvals':
      return (
        <TextField
          label={t('rule.count')}
          value={draft.count}
          onChange={(count) => set({ count })}
          hint={t('rule.countHint')}
        />
      );
    case 'verifiedBytes':
      return <p className={styles.note}>{t('rule.bytes')}</p>;
  }
}

function ValueSource({ draft, set }: { draft: RuleDraft; set: (changes: Partial<RuleDraft>) => void }) {
  const t = useT();
  return (
    <>
      <Select
        label={t('rule.source')}
        value={draft.source}
        options={[
          { value: 'SUMMARY', label: t('rule.summary') },
          { value: 'METADATA', label: t('rule.ofMetadata') },
        ]}
        onChange={(source) => set({ source })}
      />
      <TextField
        label={t('rule.path')}
        value={draft.path}
        onChange={(path) => set({ path })}
        placeholder="val/acc"
        isRequired
      />
    </>
  );
}
