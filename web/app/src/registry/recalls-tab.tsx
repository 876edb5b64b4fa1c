import { useState } from 'react';
import { Link } from 'wouter';
import { type RecallFieldsFragment, RecallsDocument, WithdrawRecallDocument } from '../generated/registry/recalls.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { usePages } from '../lib/pages.ts';
import { hrefOf, reachHref } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Icon } from '../ui/icons.tsx';
import { Markdown } from '../ui/markdown.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { Time } from '../ui/time.tsx';
import type { Right } from './place.ts';
import { RecallDialog } from './recall-dialog.tsx';
import { type Recalled, RecalledNotice } from './recalled-notice.tsx';
import styles from './registry.module.css';

interface RecallsTabProps {
  container?: string;
  collection?: string;
  right: Right;
  onChange: () => void;
}

/** Versions that were marked as bad: why, by whom, and whether that still holds. */
export function RecallsTab({ container, collection, right, onChange }: RecallsTabProps) {
  const t = useT();
  const [params, setParams] = useParams();
  const isActive = params.get('withdrawn') !== 'yes';
  const variables = { container: container ?? null, collection: collection ?? null, isActive };
  const pages = usePages(RecallsDocument, variables, (data) => data.recalls);
  const [isRecalling, setRecalling] = useState(false);
  const [withdrawn, withdraw] = useState<RecallFieldsFragment | null>(null);
  const [recalled, setRecalled] = useState<Recalled | null>(null);
  const changed = () => {
    setRecalling(false);
    withdraw(null);
    pages.reload();
    onChange();
  };
  return (
    <>
      <p className={styles.note}>{t('recall.hint')}</p>
      <div className={styles.bar}>
        <Checkbox isSelected={!isActive} onChange={(isOn) => setParams({ withdrawn: isOn ? 'yes' : null })}>
          {t('recall.alsoWithdrawn')}
        </Checkbox>
        <span className={styles.grow} />
        {right !== 'read' && <Button onPress={() => setRecalling(true)}>{t('recall.recallOne')}</Button>}
      </div>
      {recalled && <RecalledNotice version={recalled} onDismiss={() => setRecalled(null)} />}
      {pages.error && <Failure error={pages.error} onRetry={pages.reload} />}
      {pages.totalCount === undefined && !pages.error && <Loading />}
      {pages.totalCount === 0 && <p className={styles.note}>{t('recall.none')}</p>}
      {pages.items.length > 0 && (
        <ul className={styles.list}>
          {pages.items.map((recall) => (
            <RecallRow
              key={recall.id}
              recall={recall}
              onWithdraw={right === 'read' ? undefined : () => withdraw(recall)}
            />
          ))}
        </ul>
      )}
      {pages.hasMore && (
        <span>
          <Button isDisabled={pages.isLoading} onPress={pages.more}>
            {t('registry.more')}
          </Button>
        </span>
      )}
      {isRecalling && (
        <RecallDialog
          place={container ?? collection ?? ''}
          onClose={() => setRecalling(false)}
          onRecalled={(version) => {
            changed();
            setRecalled(version);
          }}
        />
      )}
      {withdrawn && <WithdrawDialog recall={withdrawn} onClose={() => withdraw(null)} onWithdrawn={changed} />}
    </>
  );
}

function RecallRow({ recall, onWithdraw }: { recall: RecallFieldsFragment; onWithdraw?: () => void }) {
  const t = useT();
  const { version } = recall;
  return (
    <li className={styles.item}>
      <span className={recall.withdrawnAt ? styles.note : styles.recalled}>
        <Icon name="warning" /> {t(recall.severity === 'CRITICAL' ? 'registry.critical' : 'registry.warning')}
      </span>
      <span className={styles.main}>
        {version ? (
          <Link href={hrefOf(version.path)} dir="auto">
            {version.name}
          </Link>
        ) : (
          t('registry.hiddenRecall')
        )}
        {recall.reason && <Markdown text={recall.reason} />}
        <div className={styles.note}>
          {recall.by && `${recall.by.name}, `}
          <Time at={recall.at} />
          {recall.withdrawnAt && (
            <>
              {' · '}
              {t('recall.withdrawn')} <Time at={recall.withdrawnAt} />
            </>
          )}
        </div>
      </span>
      {version && <Link href={reachHref(version.path)}>{t('lineage.impact')}</Link>}
      {onWithdraw && !recall.withdrawnAt && version && <Button onPress={onWithdraw}>{t('recall.withdraw')}</Button>}
    </li>
  );
}

interface WithdrawDialogProps {
  recall: RecallFieldsFragment;
  onClose: () => void;
  onWithdrawn: () => void;
}

export function WithdrawDialog({ recall, onClose, onWithdrawn }: WithdrawDialogProps) {
  const t = useT();
  const { run, isRunning, refusal } = useChange(WithdrawRecallDocument);
  const withdraw = async () => {
    if (!isRunning && (await run({ recallId: recall.id })).payload) onWithdrawn();
  };
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={t('recall.withdrawTitle', { version: recall.version?.name ?? '' })}
      confirm={t('recall.withdraw')}
      onConfirm={withdraw}
      isDisabled={isRunning}
    >
      <p>{t('recall.withdrawHint')}</p>
      <Refused refusal={refusal} />
    </FormDialog>
  );
}
