import { Link } from 'wouter';
import { VersionRecallsDocument, type VersionRecallsQuery } from '../generated/artifacts/version.ts';
import { WithdrawRecallDocument } from '../generated/artifacts/version-changes.ts';
import { useLiveChanges } from '../lib/live.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { hrefOf, reachHref } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { Markdown } from '../ui/markdown.tsx';
import { describeError, Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { Time } from '../ui/time.tsx';
import { useRights } from './rights.ts';
import type { ShownVersion } from './version-page.tsx';

const RECALLS = ['VERSION_RECALLED', 'RECALL_WITHDRAWN'];

type Node = NonNullable<VersionRecallsQuery['node']>;
type Recall = Extract<Node, { __typename: 'ArtifactVersion' }>['recalls'][number];

/** What is wrong with a version: recalls of itself and of what it came from. Not to know is said too. */
export function RecallNotices({ version }: { version: ShownVersion }) {
  const t = useT();
  const { data, error, reload } = useData(VersionRecallsDocument, { id: version.id });
  useLiveChanges((kinds) => kinds.some((kind) => RECALLS.includes(kind)) && reload());
  const { canWrite } = useRights(version.collection.container);
  if (error) {
    return (
      <Notice>
        {t('artifacts.recallsUnknown')} <span dir="auto">{describeError(error).message}</span>
      </Notice>
    );
  }
  const node = data?.node;
  if (node?.__typename !== 'ArtifactVersion' && node?.__typename !== 'RegistryVersion') return null;
  return node.recalls.map((recall) => (
    <OneRecall key={recall.id} recall={recall} canWithdraw={canWrite && recall.distance === 0} onWithdrawn={reload} />
  ));
}

interface OneRecallProps {
  recall: Recall;
  canWithdraw: boolean;
  onWithdrawn: () => void;
}

function OneRecall({ recall, canWithdraw, onWithdrawn }: OneRecallProps) {
  const t = useT();
  const { run, isRunning, refusal } = useChange(WithdrawRecallDocument);
  const isCritical = recall.severity === 'CRITICAL';
  return (
    <>
      <Notice tone={isCritical ? 'danger' : 'warning'}>
        <Icon name="warning" />
        <strong>{t(isCritical ? 'artifacts.recalledCritical' : 'artifacts.recalledWarning')}</strong>
        {recall.distance !== 0 && (
          <span>
            {recall.version ? (
              <>
                {t('artifacts.recalledUpstream', { count: recall.distance ?? 0 })}{' '}
                <Link href={hrefOf(recall.version.path)} dir="auto">
                  {recall.version.name}
                </Link>
              </>
            ) : (
              t('artifacts.recalledHidden')
            )}
          </span>
        )}
        {recall.reason && <Markdown text={recall.reason} />}
        <span>
          {recall.by && <span dir="auto">{recall.by.name} · </span>}
          <Time at={recall.at} />
        </span>
        {recall.version && <Link href={reachHref(recall.version.path)}>{t('lineage.impact')}</Link>}
        {canWithdraw && (
          <Button
            isDisabled={isRunning}
            onPress={() => void run({ recallId: recall.id }).then(({ payload }) => payload && onWithdrawn())}
          >
            {t('artifacts.withdraw')}
          </Button>
        )}
      </Notice>
      <Refused refusal={refusal} />
    </>
  );
}
