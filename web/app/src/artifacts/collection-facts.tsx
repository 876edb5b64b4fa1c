import { SetCollectionTtlDocument } from '../generated/artifacts/collection.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { CopyButton } from '../ui/copy.tsx';
import { Facts } from '../ui/facts.tsx';
import { Time } from '../ui/time.tsx';
import { daysOfSeconds } from './durations.ts';
import type { SourceCollection } from './source-collection-page.tsx';
import { TtlEditor } from './ttl-editor.tsx';

/** What a series is: its path, times, and how long its versions live. */
export function CollectionFacts({ collection, canWrite }: { collection: SourceCollection; canWrite: boolean }) {
  const t = useT();
  const { run } = useChange(SetCollectionTtlDocument);
  const seconds = collection.ttlSeconds;
  const lives = seconds === null ? t('artifacts.forEver') : t('artifacts.forDays', { days: daysOfSeconds(seconds) });
  return (
    <Facts
      rows={[
        [
          t('artifacts.path'),
          <span key="path">
            <code dir="auto">{collection.path}</code> <CopyButton text={collection.path} />
          </span>,
        ],
        [t('artifacts.type'), collection.type],
        [t('artifacts.created'), <Time key="created" at={collection.createdAt} isFull />],
        [t('artifacts.updated'), <Time key="updated" at={collection.updatedAt} isFull />],
        [
          t('artifacts.ttl'),
          <span key="ttl">
            {lives}{' '}
            {canWrite && (
              <TtlEditor
                now={{ seconds }}
                canInherit={false}
                onSave={async (lifetime) =>
                  lifetime === 'inherit'
                    ? null
                    : (await run({ collectionId: collection.id, ttlSeconds: lifetime.seconds })).refusal
                }
              />
            )}
          </span>,
        ],
      ]}
    />
  );
}
