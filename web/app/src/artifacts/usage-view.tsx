import { VersionFolderDocument } from '../generated/artifacts/version.ts';
import { type MessageKey, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useParams } from '../lib/search-params.ts';
import { CodeBlock } from '../ui/copy.tsx';
import { Select } from '../ui/field.tsx';
import styles from './artifacts.module.css';
import { parseRef, withRef } from './refs.ts';
import { USAGE_LANGUAGES, type UsageLanguage, usageLines } from './usage.ts';
import type { ShownVersion } from './version-page.tsx';

const LABELS: Record<UsageLanguage, MessageKey> = {
  python: 'artifacts.usagePython',
  cli: 'artifacts.usageCli',
  curl: 'artifacts.usageCurl',
};

/** Lines that use a version, by number or by one of its aliases. */
export function UsageView({ version, reference }: { version: ShownVersion; reference: string }) {
  const t = useT();
  const [params, setParams] = useParams();
  const number = `v${version.index}`;
  const refs = [
    ...new Set([...(parseRef(reference).sort === 'alias-at' ? [reference] : []), number, ...version.aliases]),
  ];
  const asked = params.get('ref') ?? reference;
  const ref = refs.includes(asked) ? asked : number;
  const { data } = useData(
    VersionFolderDocument,
    { id: version.source?.id ?? '', path: '' },
    { isPaused: !version.source },
  );
  const items = data?.node?.__typename === 'ArtifactVersion' ? data.node.folder.edges.map((edge) => edge.node) : [];
  const used = {
    path: withRef(version.path, ref),
    type: version.type,
    file: items.find((item) => item.file && !item.file.reference)?.path ?? null,
    project: version.source?.path.split('/').slice(0, 2).join('/') ?? version.collection.container.path,
  };
  return (
    <section className={styles.list} aria-label={t('artifacts.usage')}>
      <div className={styles.filters}>
        <Select
          label={t('artifacts.usageRef')}
          value={ref}
          onChange={(next) => setParams({ ref: next }, { replace: true })}
          options={refs.map((value) => ({
            value,
            label: value,
            hint: t(value === number ? 'artifacts.usageFixed' : 'artifacts.usageMoves'),
          }))}
        />
      </div>
      {USAGE_LANGUAGES.map((language) => (
        <section key={language} className={styles.block}>
          <h2>{t(LABELS[language])}</h2>
          <CodeBlock code={usageLines(language, window.location.origin, used)} />
        </section>
      ))}
    </section>
  );
}
