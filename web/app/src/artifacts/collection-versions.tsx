import { useLocation } from 'wouter';
import { useKeys } from '../lib/keys.ts';
import { useT } from '../lib/messages.tsx';
import { compareHref } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import styles from './artifacts.module.css';
import { NewVersions } from './new-versions.tsx';
import type { SourceCollection } from './source-collection-page.tsx';
import { firstArtifact } from './usage.ts';
import { VersionFilters } from './version-filters.tsx';
import { useVersions, VersionTable } from './version-table.tsx';

/** The versions of a series; two marked ones are compared with `c`. */
export function CollectionVersions({ collection }: { collection: SourceCollection }) {
  const t = useT();
  const [, navigate] = useLocation();
  const [params, setParams] = useParams();
  const pages = useVersions({ collection: collection.path });
  const marked = new Set(params.getAll('mark'));
  const mark = (name: string) => {
    const next = marked.has(name) ? [...marked].filter((one) => one !== name) : [...marked, name].slice(-2);
    setParams({ mark: next }, { replace: true });
  };
  const compare = () => {
    const [first, second] = [...marked].sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)));
    if (first && second) navigate(compareHref(`${collection.path}:${first}`, second));
  };
  useKeys({ c: compare });
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  const isFiltered = ['alias', 'tag', 'used'].some((name) => params.has(name));
  if (!pages.items.length && !isFiltered) {
    if (pages.isLoading) return <Loading />;
    const [entity = '', project = ''] = collection.path.split('/');
    return (
      <>
        <NewVersions pages={pages} count={collection.versions.totalCount} />
        <Empty title={t('artifacts.noVersions')} code={firstArtifact(window.location.origin, `${entity}/${project}`)}>
          {t('artifacts.noVersionsHint')}
        </Empty>
      </>
    );
  }
  return (
    <section className={styles.list} aria-label={t('artifacts.versions')}>
      <div className={styles.listHead}>
        <VersionFilters aliases={collection.aliases.map((alias) => alias.name)} />
        <NewVersions pages={pages} count={collection.versions.totalCount} />
        <Button isDisabled={marked.size < 2} onPress={compare}>
          {t('artifacts.compareMarked', { count: marked.size })}
        </Button>
      </div>
      <VersionTable label={t('artifacts.versions')} pages={pages} isOneSeries marked={marked} onMark={mark} />
    </section>
  );
}
