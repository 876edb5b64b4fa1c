import { useState } from 'react';
import { ComparedFilesDocument, type ComparedFilesQuery } from '../generated/artifacts/compare.ts';
import { formatBytes, formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { useParams } from '../lib/search-params.ts';
import { SearchInput } from '../runs/search-input.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import styles from './compare.module.css';
import { CHANGE_LABELS, CHANGE_SIGNS, type ChangeKind, ChangeMark } from './differences.tsx';

type Node = Extract<NonNullable<ComparedFilesQuery['node']>, { __typename: 'ArtifactVersion' }>;
type Changes = NonNullable<Node['compare']>['changes'];
type Change = Changes['edges'][number]['node'];
type Totals = Changes['totals'];

const KINDS: readonly ChangeKind[] = ['ADDED', 'REMOVED', 'CHANGED'];

/** The files that two versions do not have in common, with exact totals, filtered and paged by the server. */
export function ComparedFiles({ before, after }: { before: string; after: string }) {
  const t = useT();
  const [params, setParams] = useParams();
  const [totals, setTotals] = useState<Totals | null>(null);
  const chosen = KINDS.filter((kind) => params.getAll('kind').includes(kind));
  const part = params.get('path') ?? '';
  const pages = usePages(
    ComparedFilesDocument,
    { one: before, other: after, kinds: chosen.length ? [...chosen] : null, part: part.normalize('NFKC') || null },
    ({ node }) => {
      const isVersion = node?.__typename === 'ArtifactVersion' || node?.__typename === 'RegistryVersion';
      const changes = isVersion ? node.compare?.changes : null;
      if (changes) setTotals(changes.totals);
      return changes;
    },
  );
  const columns = useColumns();
  const toggle = (kind: ChangeKind) =>
    setParams({ kind: chosen.includes(kind) ? chosen.filter((one) => one !== kind) : [...chosen, kind] });
  return (
    <section className={styles.block}>
      <h2>{t('artifacts.files')}</h2>
      {totals && (
        <div className={styles.totals}>
          {KINDS.map((kind) => (
            <Total
              key={kind}
              kind={kind}
              totals={totals}
              isChosen={chosen.includes(kind)}
              onPress={() => toggle(kind)}
            />
          ))}
          <span className={styles.muted}>{t('artifacts.unchanged', { count: totals.unchanged.count })}</span>
          <SearchInput
            label={t('artifacts.filterFiles')}
            value={part}
            onChange={(path) => setParams({ path }, { replace: true })}
          />
        </div>
      )}
      {pages.error && <Failure error={pages.error} onRetry={pages.reload} />}
      {!pages.items.length && pages.isLoading && <Loading lines={4} />}
      {!pages.items.length && !pages.isLoading && !pages.error && (
        <p className={styles.muted}>{t(chosen.length || part ? 'artifacts.noneFound' : 'artifacts.sameFiles')}</p>
      )}
      {pages.items.length > 0 && (
        <DataTable
          label={t('artifacts.files')}
          rows={pages.items}
          columns={columns}
          rowKey={(change) => change.path}
          total={pages.totalCount}
          hasMore={pages.hasMore}
          isLoading={pages.isLoading}
          onMore={pages.more}
        />
      )}
    </section>
  );
}

interface TotalProps {
  kind: ChangeKind;
  totals: Totals;
  isChosen: boolean;
  onPress: () => void;
}

function Total({ kind, totals, isChosen, onPress }: TotalProps) {
  const t = useT();
  const { locale } = useLanguage();
  const { added, removed, changed } = totals;
  const figures = {
    ADDED: [added.count, added.sizeAfter],
    REMOVED: [removed.count, -removed.sizeBefore],
    CHANGED: [changed.count, changed.sizeAfter - changed.sizeBefore],
  } as const;
  const [count, size] = figures[kind];
  return (
    <button type="button" className={styles.total} aria-pressed={isChosen} onClick={onPress}>
      <span className={styles[kind.toLowerCase()]} aria-hidden="true">
        {CHANGE_SIGNS[kind]}
      </span>
      {formatCount(count, locale)} {t(CHANGE_LABELS[kind])}
      {count > 0 && <span className={styles.muted}>{signedBytes(size, locale)}</span>}
    </button>
  );
}

function signedBytes(size: number, locale: string): string {
  return `${size > 0 ? '+' : size < 0 ? '−' : '±'}${formatBytes(Math.abs(size), locale)}`;
}

function useColumns(): Column<Change>[] {
  const t = useT();
  const { locale } = useLanguage();
  return [
    {
      id: 'path',
      label: t('artifacts.path'),
      width: 'minmax(220px, 4fr)',
      isKey: true,
      render: (change) => (
        <>
          <ChangeMark kind={change.kind} />
          <span dir="auto" title={change.path}>
            {change.path}
          </span>
        </>
      ),
    },
    {
      id: 'before',
      label: t('artifacts.before'),
      width: 'minmax(96px, 1fr)',
      isNumeric: true,
      render: (change) => change.before && formatBytes(change.before.size, locale),
    },
    {
      id: 'after',
      label: t('artifacts.after'),
      width: 'minmax(96px, 1fr)',
      isNumeric: true,
      render: (change) => change.after && formatBytes(change.after.size, locale),
    },
    {
      id: 'delta',
      label: t('artifacts.delta'),
      width: 'minmax(96px, 1fr)',
      isNumeric: true,
      isKey: true,
      render: (change) => signedBytes((change.after?.size ?? 0) - (change.before?.size ?? 0), locale),
    },
  ];
}
