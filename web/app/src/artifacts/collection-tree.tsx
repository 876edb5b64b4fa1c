import { Link } from 'wouter';
import { CollectionsOfTypeDocument } from '../generated/artifacts/browser.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { Failure } from '../ui/notices.tsx';
import styles from './artifacts.module.css';

interface CollectionTreeProps {
  container: string;
  /** Types of versions with how many there are of each. */
  types: readonly { key: string; count: number }[];
  chosen: string;
}

/** Types, and below each open one its series: found, counted and paged by the server. */
export function CollectionTree({ container, types, chosen }: CollectionTreeProps) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const closed = params.getAll('closed');
  const toggle = (type: string) =>
    setParams(
      { closed: closed.includes(type) ? closed.filter((one) => one !== type) : [...closed, type] },
      { replace: true },
    );
  return (
    <ul className={styles.collections} aria-label={t('artifacts.tree')}>
      {types.map(({ key: type, count }) => {
        const isOpen = !closed.includes(type);
        return (
          <li key={type}>
            <button type="button" className={styles.type} aria-expanded={isOpen} onClick={() => toggle(type)}>
              <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
              <span className={styles.name} dir="auto">
                {type}
              </span>
              <span className={styles.count} title={t('artifacts.versionCount', { count })}>
                {formatCount(count, locale)}
              </span>
            </button>
            {isOpen && <Series container={container} type={type} chosen={chosen} />}
          </li>
        );
      })}
    </ul>
  );
}

function Series({ container, type, chosen }: { container: string; type: string; chosen: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const [params] = useParams();
  const text = (params.get('q') ?? '').normalize('NFKC');
  const filter = { types: [type], nameContains: text || null, kinds: ['SOURCE' as const] };
  const pages = usePages(CollectionsOfTypeDocument, { container, filter }, (data) => data.collections);
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  const address = (name: string) => {
    const next = new URLSearchParams(params);
    next.set('c', name);
    for (const one of ['alias', 'tag', 'find']) next.delete(one);
    return `?${next}`;
  };
  return (
    <ul className={styles.below}>
      {pages.items.map((series) => (
        <li key={series.id}>
          <Link
            href={address(series.name)}
            className={styles.collection}
            aria-current={series.name === chosen ? 'true' : undefined}
          >
            <span className={styles.name} dir="auto" title={series.name}>
              {series.name}
            </span>
            <span className={styles.count}>{formatCount(series.versions.totalCount, locale)}</span>
          </Link>
        </li>
      ))}
      {pages.items.length === 0 && !pages.isLoading && <li className={styles.muted}>{t('artifacts.noneFound')}</li>}
      {pages.hasMore && (
        <li>
          <Button look="quiet" isDisabled={pages.isLoading} onPress={pages.more}>
            {t('artifacts.more', { count: (pages.totalCount ?? 0) - pages.items.length })}
          </Button>
        </li>
      )}
    </ul>
  );
}
