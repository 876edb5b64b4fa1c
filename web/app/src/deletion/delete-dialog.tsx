import { useState } from 'react';
import {
  DeleteDocument,
  DeletionPlanDocument,
  type DeletionPlanQuery,
  type DeletionPlanQueryVariables,
} from '../generated/deletion/queries.ts';
import { formatBytes, formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { AliasChips } from '../ui/chips.tsx';
import { Facts } from '../ui/facts.tsx';
import { Checkbox } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Failure, Loading, Notice } from '../ui/notices.tsx';

type Plan = NonNullable<DeletionPlanQuery['deletionPlan']>;

interface DeleteDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onDeleted: () => void;
  /** What is to go, as the heading says it. */
  name: string;
  /** Ids of what is to go. */
  things: { versions?: string[]; collections?: string[]; runs?: string[]; projects?: string[] };
}

/** Shows exactly what a deletion would do, then does exactly that. */
export function DeleteDialog({ isOpen, onClose, onDeleted, name, things }: DeleteDialogProps) {
  const t = useT();
  const [withOutputs, setWithOutputs] = useState(false);
  const [deleteAliases, setDeleteAliases] = useState(false);
  const input: DeletionPlanQueryVariables['input'] = { ...things, withOutputs };
  const { data, error, isLoading, reload } = useData(DeletionPlanDocument, { input }, { isPaused: !isOpen });
  const { run, isRunning, refusal, reset } = useChange(DeleteDocument);
  const plan = data?.deletionPlan;
  const hasAliases = (plan?.figures.aliases ?? 0) > 0;
  const mayDelete =
    plan && firmRefusals(plan).length === 0 && (!hasAliases || deleteAliases) && !isLoading && !isRunning;
  const close = () => {
    reset();
    onClose();
  };
  const remove = async () => {
    if (!plan || !mayDelete) return;
    const { payload } = await run({ ...input, planDigest: plan.digest, deleteAliases });
    if (payload) onDeleted();
    else reload();
  };
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={close}
      title={t('deletion.title', { name })}
      confirm={t('deletion.delete')}
      onConfirm={remove}
      isDisabled={!mayDelete}
      look="danger"
    >
      {error && <Failure error={error} onRetry={reload} />}
      {refusal && <Notice tone="danger">{refusal.message}</Notice>}
      {!data && !error && <Loading lines={4} />}
      {data && !plan && <Notice>{t('deletion.gone')}</Notice>}
      {plan && <PlanFacts plan={plan} />}
      {things.runs && (
        <Checkbox isSelected={withOutputs} onChange={setWithOutputs}>
          {t('deletion.withOutputs')}
        </Checkbox>
      )}
      {plan && hasAliases && firmRefusals(plan).length === 0 && (
        <Checkbox isSelected={deleteAliases} onChange={setDeleteAliases}>
          {t('deletion.withAliases', { count: plan.figures.aliases })}
        </Checkbox>
      )}
    </FormDialog>
  );
}

/** What forbids a deletion whatever the viewer says: aliases can be let go, which is asked for. */
function firmRefusals(plan: Plan): Plan['refusals'] {
  return plan.refusals.filter((refusal) => refusal.rule !== 'ALIASES');
}

function PlanFacts({ plan }: { plan: Plan }) {
  const t = useT();
  const { locale } = useLanguage();
  const { figures } = plan;
  const count = (value: number) => (value === 0 ? null : formatCount(value, locale));
  const descendants = formatCount(plan.descendants, locale);
  return (
    <>
      {firmRefusals(plan).map((refusal) => (
        <Notice key={`${refusal.rule}${refusal.message}`} tone="danger">
          <span dir="auto">{refusal.message}</span>
        </Notice>
      ))}
      <Facts
        rows={[
          [t('deletion.projects'), count(figures.projects)],
          [t('deletion.collections'), count(figures.collections)],
          [t('deletion.versions'), count(figures.versions)],
          [t('deletion.runs'), count(figures.runs)],
          [t('deletion.links'), count(figures.links)],
          [t('deletion.aliases'), <Aliases key="aliases" plan={plan} />],
          [t('deletion.freed'), formatBytes(figures.bytesFreed, locale)],
          [t('deletion.shared'), formatBytes(figures.bytesShared, locale)],
          [t('deletion.consumers'), count(plan.consumers)],
          [t('deletion.descendants'), plan.isDescendantsComplete ? count(plan.descendants) : `≥ ${descendants}`],
        ]}
      />
      {firmRefusals(plan).length === 0 && <p>{t('deletion.restorable')}</p>}
    </>
  );
}

function Aliases({ plan }: { plan: Plan }) {
  const names = plan.aliases.map((alias) => alias.name);
  const locked = new Set(plan.aliases.filter((alias) => alias.isProtected).map((alias) => alias.name));
  return names.length ? <AliasChips names={names} isProtected={(name) => locked.has(name)} limit={12} /> : '0';
}
