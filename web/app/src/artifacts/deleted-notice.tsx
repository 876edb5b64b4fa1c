import { RestoreDocument } from '../generated/deletion/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { Time } from '../ui/time.tsx';
import { useRights } from './rights.ts';
import type { ShownVersion } from './version-page.tsx';

/** Says when and by whom a version was deleted, and brings it back while that can be done. */
export function DeletedNotice({ version, onRestored }: { version: ShownVersion; onRestored: () => void }) {
  const t = useT();
  const { canWrite } = useRights(version.collection.container);
  const { run, isRunning, refusal } = useChange(RestoreDocument);
  const { ending } = version;
  const isRestorable = ending && Date.parse(ending.restorableUntil) > Date.now();
  const restore = async () => {
    const outcome = await run({ ids: [version.id] });
    if (!outcome.refusal) onRestored();
  };
  return (
    <>
      <Notice>
        <strong>{t('artifacts.deleted')}</strong>
        {ending && (
          <span>
            <Time at={ending.endedAt} /> {ending.endedBy && <span dir="auto">· {ending.endedBy.name}</span>}
          </span>
        )}
        {isRestorable && (
          <span>
            {t('artifacts.restorableUntil')} <Time at={ending.restorableUntil} isFull />
          </span>
        )}
        {isRestorable && canWrite && (
          <Button isDisabled={isRunning} onPress={() => void restore()}>
            {t('artifacts.restore')}
          </Button>
        )}
      </Notice>
      <Refused refusal={refusal} />
    </>
  );
}
