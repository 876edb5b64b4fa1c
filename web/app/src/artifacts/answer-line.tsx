import { Link } from 'wouter';
import { VersionUseDocument } from '../generated/artifacts/version.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { hrefOf, runHref, tabHref } from '../lib/routes.ts';
import { KindMark, StateMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import type { ShownVersion } from './version-page.tsx';

/** The page in a line: who made it, from what, who uses it, and which registries have it. */
export function AnswerLine({ version }: { version: ShownVersion }) {
  const t = useT();
  const { locale } = useLanguage();
  const run = version.source?.loggedBy;
  const links = version.source?.linkedVersions;
  return (
    <span>
      {version.__typename === 'RegistryVersion' && <Linked version={version} />}
      {run ? (
        <>
          {t('artifacts.madeBy')} <StateMark state={run.state} isSignOnly />{' '}
          <Link href={runHref(run.path)} dir="auto">
            {run.name}
          </Link>
          {run.jobType && <span dir="auto"> ({run.jobType})</span>}
        </>
      ) : (
        t('artifacts.madeByNobody')
      )}{' '}
      <Time at={version.source?.createdAt ?? version.createdAt} />
      <Use version={version} />
      {version.__typename === 'ArtifactVersion' && links && links.totalCount > 0 && (
        <>
          {' · '}
          {t('artifacts.inRegistry')}{' '}
          {links.edges.slice(0, 2).map(({ node }, index) => (
            <span key={node.id}>
              {index > 0 && ', '}
              <KindMark kind={node.kind} />{' '}
              <Link href={hrefOf(node.path)} dir="auto">
                {node.name}
              </Link>
            </span>
          ))}
          {links.totalCount > 2 && ` +${formatCount(links.totalCount - 2, locale)}`}
        </>
      )}
    </span>
  );
}

/** How many runs used it, when that is known. */
function Use({ version }: { version: ShownVersion }) {
  const t = useT();
  const { data } = useData(VersionUseDocument, { id: version.id });
  const node = data?.node;
  if (node?.__typename !== 'ArtifactVersion' && node?.__typename !== 'RegistryVersion') return null;
  const count = node.consumedBy.totalCount;
  return (
    <>
      {' · '}
      <Link href={tabHref(version.path, 'lineage')}>
        {count ? t('artifacts.usedByRuns', { count }) : t('artifacts.unused')}
      </Link>
    </>
  );
}

function Linked({ version }: { version: Extract<ShownVersion, { __typename: 'RegistryVersion' }> }) {
  const t = useT();
  return (
    <>
      {t('artifacts.linkOf')}{' '}
      {version.source ? (
        <Link href={hrefOf(version.source.path)} dir="auto">
          {version.source.name}
        </Link>
      ) : (
        t('artifacts.hiddenSource')
      )}
      {version.linkedBy && <span dir="auto"> ({version.linkedBy.name})</span>} <Time at={version.linkedAt} />
      {' · '}
    </>
  );
}
