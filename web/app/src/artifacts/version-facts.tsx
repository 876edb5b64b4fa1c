import { Link } from 'wouter';
import { SetVersionTtlDocument } from '../generated/artifacts/version-changes.ts';
import { formatBytes, formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { hrefOf, tabHref } from '../lib/routes.ts';
import { CopyButton } from '../ui/copy.tsx';
import { Facts } from '../ui/facts.tsx';
import { Time } from '../ui/time.tsx';
import { daysOfSeconds } from './durations.ts';
import { useRights } from './rights.ts';
import { TtlEditor } from './ttl-editor.tsx';
import type { ShownVersion } from './version-page.tsx';

/** The facts of a version: names and digests to copy, size, times, and when it goes. */
export function VersionFacts({ version }: { version: ShownVersion }) {
  const t = useT();
  const { locale } = useLanguage();
  return (
    <Facts
      rows={[
        [t('artifacts.path'), <Copied key="path" text={version.path} />],
        [t('artifacts.digest'), <Copied key="digest" text={version.digest} />],
        [t('artifacts.size'), formatBytes(version.size, locale)],
        [
          t('artifacts.files'),
          <Link key="files" href={tabHref(version.path, 'files')}>
            {formatCount(version.fileCount, locale)}
          </Link>,
        ],
        [
          t('artifacts.collection'),
          <Link key="collection" href={hrefOf(version.collection.path)} dir="auto">
            {version.collection.name}
          </Link>,
        ],
        [
          t('artifacts.container'),
          <Link key="container" href={hrefOf(version.collection.container.path)} dir="auto">
            {version.collection.container.path}
          </Link>,
        ],
        [t('artifacts.created'), <Time key="created" at={version.createdAt} isFull />],
        [t('artifacts.createdBy'), version.source?.loggedBy?.createdBy?.name],
        [t('artifacts.ttl'), <Ttl key="ttl" version={version} />],
        [t('artifacts.expires'), version.expiresAt && <Time key="expires" at={version.expiresAt} isFull />],
      ]}
    />
  );
}

function Copied({ text }: { text: string }) {
  return (
    <>
      <code dir="auto">{text}</code> <CopyButton text={text} />
    </>
  );
}

function Ttl({ version }: { version: ShownVersion }) {
  const t = useT();
  const { canWrite } = useRights(version.collection.container);
  const { run } = useChange(SetVersionTtlDocument);
  const { ttlSeconds: seconds, isTtlInherited } = version;
  const lives = seconds === null ? t('artifacts.forEver') : t('artifacts.forDays', { days: daysOfSeconds(seconds) });
  return (
    <>
      {lives} {isTtlInherited && seconds !== null && `(${t('artifacts.ttlInherit')})`}{' '}
      {canWrite && version.__typename === 'ArtifactVersion' && !version.isDeleted && (
        <TtlEditor
          now={isTtlInherited ? 'inherit' : { seconds }}
          canInherit
          onSave={async (lifetime) =>
            (
              await run({
                versionId: version.id,
                ...(lifetime === 'inherit' ? { inherit: true } : { ttlSeconds: lifetime.seconds }),
              })
            ).refusal
          }
        />
      )}
    </>
  );
}
