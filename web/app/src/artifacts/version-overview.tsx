import { Link } from 'wouter';
import { ChangeVersionDocument } from '../generated/artifacts/version-changes.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useViewer } from '../lib/places.ts';
import { hrefOf } from '../lib/routes.ts';
import { AliasChips } from '../ui/chips.tsx';
import { EditableText } from '../ui/editable-text.tsx';
import { KindMark } from '../ui/state.tsx';
import styles from './artifacts.module.css';
import { Consumers } from './consumers.tsx';
import { LoggedMetrics } from './logged-metrics.tsx';
import { Producers } from './producers.tsx';
import { rightsIn, useRights } from './rights.ts';
import { VersionFacts } from './version-facts.tsx';
import type { ShownVersion } from './version-page.tsx';

/** What a version is, where it came from, and where it went. */
export function VersionOverview({ version }: { version: ShownVersion }) {
  const t = useT();
  const { canWrite } = useRights(version.collection.container);
  const { run } = useChange(ChangeVersionDocument);
  const isLink = version.__typename === 'RegistryVersion';
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        <EditableText
          label={t('artifacts.description')}
          text={version.description}
          placeholder={t(isLink ? 'artifacts.noSourceDescription' : 'artifacts.noDescription')}
          canEdit={canWrite && !isLink && !version.isDeleted}
          onSave={async (description, known) =>
            (await run({ versionId: version.id, description, expected: { description: known } })).refusal
          }
        />
        <Producers version={version} />
        <Consumers versionId={version.id} />
      </div>
      <div className={styles.column}>
        <section className={styles.block}>
          <h2>{t('artifacts.facts')}</h2>
          <VersionFacts version={version} />
        </section>
        <LoggedMetrics metrics={version.metrics} step={version.historyStep} />
        <Links version={version} />
      </div>
    </div>
  );
}

function Links({ version }: { version: ShownVersion }) {
  const t = useT();
  const viewer = useViewer();
  const links = version.source?.linkedVersions;
  // The page of a link tells of the other links of its source.
  const own = version.__typename === 'RegistryVersion' ? 1 : 0;
  if (!links || links.totalCount <= own) return null;
  return (
    <section className={styles.block}>
      <h2>
        {t('artifacts.links')} <span className={styles.muted}>{links.totalCount}</span>
      </h2>
      <ul className={styles.plain}>
        {links.edges.map(({ node }) => (
          <li key={node.id} className={styles.inline}>
            <KindMark kind={node.kind} />
            <Link href={hrefOf(node.path)} dir="auto" title={node.path}>
              {node.path}
            </Link>
            <AliasChips names={node.aliases} isProtected={rightsIn(node.collection.container, viewer).isProtected} />
          </li>
        ))}
      </ul>
    </section>
  );
}
