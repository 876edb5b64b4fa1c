import { Link } from 'wouter';
import { ArtifactTypesDocument } from '../generated/artifacts/browser.ts';
import { SourceCollectionDocument } from '../generated/artifacts/collection.ts';
import { formatCount } from '../lib/format.ts';
import { useLiveChanges } from '../lib/live.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useViewer } from '../lib/places.ts';
import { hrefOf } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { TextField } from '../ui/field.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import styles from './artifacts.module.css';
import { CollectionTree } from './collection-tree.tsx';
import { CreateCollection } from './create-collection.tsx';
import { NewVersions } from './new-versions.tsx';
import { firstArtifact } from './usage.ts';
import { VersionFilters } from './version-filters.tsx';
import { useVersions, VersionTable } from './version-table.tsx';

/** The artifacts of a project: types and series at the side, versions of the chosen one, or of all, beside them. */
export function ArtifactBrowser({ projectPath }: { projectPath: string }) {
  const t = useT();
  const [params, setParams] = useParams();
  const viewer = useViewer();
  const { data, error, reload } = useData(ArtifactTypesDocument, { container: projectPath }, { isMain: true });
  const role = viewer.entities.find((one) => one.name === projectPath.split('/')[0])?.viewerRole;
  const canWrite = !viewer.isReadOnly && (role === 'MEMBER' || role === 'ADMIN');
  const chosen = params.get('c') ?? '';
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  const types = [...data.versionCounts].sort((one, other) => one.key.localeCompare(other.key));
  if (data.collections.totalCount === 0) {
    return (
      <>
        <Empty title={t('artifacts.empty')} code={firstArtifact(window.location.origin, projectPath)}>
          {t('artifacts.emptyHint')}
        </Empty>
        {canWrite && (
          <div>
            <CreateCollection container={projectPath} isLong />
          </div>
        )}
      </>
    );
  }
  return (
    <div className={styles.browser}>
      <div className={styles.tree}>
        <div className={styles.treeHead}>
          <TextField
            label={t('artifacts.find')}
            isLabelHidden
            placeholder={t('artifacts.find')}
            value={params.get('q') ?? ''}
            onChange={(q) => setParams({ q }, { replace: true })}
          />
          {canWrite && <CreateCollection container={projectPath} />}
        </div>
        <Link href={withoutChosen(params)} className={styles.collection} aria-current={chosen ? undefined : 'true'}>
          {t('artifacts.all')}
        </Link>
        <CollectionTree container={projectPath} types={types} chosen={chosen} />
      </div>
      {chosen ? (
        <OneSeries key={chosen} path={`${projectPath}/${chosen}`} name={chosen} />
      ) : (
        <AllVersions projectPath={projectPath} types={types} />
      )}
    </div>
  );
}

function withoutChosen(params: URLSearchParams): string {
  const next = new URLSearchParams(params);
  for (const one of ['c', 'alias', 'tag']) next.delete(one);
  return `?${next}`;
}

function OneSeries({ path, name }: { path: string; name: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const { data, reload } = useData(SourceCollectionDocument, { path });
  useLiveChanges(reload);
  const pages = useVersions({ collection: path });
  return (
    <section className={styles.list} aria-label={name}>
      <div className={styles.listHead}>
        <h2>
          <Link href={hrefOf(path)} dir="auto">
            {name}
          </Link>
        </h2>
        <span className={styles.muted}>{data?.collection?.type}</span>
        <span className={styles.muted}>
          {pages.totalCount !== undefined && t('artifacts.versionCount', { count: pages.totalCount })}
        </span>
        <span className={styles.muted}>
          {formatCount(data?.collection?.aliases.length ?? 0, locale)} {t('artifacts.aliases')}
        </span>
      </div>
      <div className={styles.listHead}>
        <VersionFilters aliases={data?.collection?.aliases.map((alias) => alias.name) ?? []} />
        <NewVersions pages={pages} count={data?.collection?.versions.totalCount} />
      </div>
      <Rows pages={pages} label={name} isOneSeries />
    </section>
  );
}

function AllVersions({
  projectPath,
  types,
}: {
  projectPath: string;
  types: readonly { key: string; count: number }[];
}) {
  const t = useT();
  const [params, setParams] = useParams();
  const type = params.get('type') ?? '';
  const pages = useVersions({ container: projectPath, types: type ? [type] : [] });
  return (
    <section className={styles.list} aria-label={t('artifacts.all')}>
      <div className={styles.listHead}>
        <h2>{t('artifacts.all')}</h2>
        {pages.totalCount !== undefined && (
          <span className={styles.muted}>{t('artifacts.versionCount', { count: pages.totalCount })}</span>
        )}
        <span className={styles.filters} role="group" aria-label={t('artifacts.type')}>
          {['', ...types.map((one) => one.key)].map((one) => (
            <button
              key={one}
              type="button"
              className={one === type ? styles.filter : styles.choice}
              aria-pressed={one === type}
              onClick={() => setParams({ type: one })}
            >
              <span dir="auto">{one || t('artifacts.anyType')}</span>
            </button>
          ))}
        </span>
      </div>
      <div className={styles.listHead}>
        <VersionFilters aliases={['latest']} hasSearch />
        <NewVersions pages={pages} count={types.reduce((sum, one) => sum + one.count, 0)} />
      </div>
      <Rows pages={pages} label={t('artifacts.all')} isOneSeries={false} />
    </section>
  );
}

function Rows({
  pages,
  label,
  isOneSeries,
}: {
  pages: ReturnType<typeof useVersions>;
  label: string;
  isOneSeries: boolean;
}) {
  const t = useT();
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  if (!pages.items.length) return pages.isLoading ? <Loading /> : <Empty title={t('artifacts.noVersions')} />;
  return <VersionTable label={label} pages={pages} isOneSeries={isOneSeries} />;
}
