import { type ReactNode, useMemo } from 'react';
import { RunFacetsDocument } from '../generated/runs/list.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { Facet, type FacetOption } from '../ui/facet.tsx';
import { Select } from '../ui/field.tsx';
import { type RunState, STATE_LABELS } from '../ui/state.tsx';
import { ConditionInput } from './condition-input.tsx';
import styles from './filter-bar.module.css';
import type { GroupKey } from './runs-tab.tsx';
import { SearchInput } from './search-input.tsx';

interface FilterBarProps {
  projectPath: string;
  /** Keys of configs and summaries that conditions may name. */
  available: readonly string[];
  total: number | undefined;
  group: GroupKey | null;
  children: ReactNode;
}

interface Count {
  key: string;
  count: number;
}

/** The filters of a runs table, all kept in the address. */
export function FilterBar({ projectPath, available, total, group, children }: FilterBarProps) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const { data } = useData(RunFacetsDocument, { project: projectPath });
  const named = useMemo(() => {
    const options = (counts: readonly Count[] = []): FacetOption[] =>
      counts.filter((one) => one.key !== '').map((one) => ({ value: one.key, label: one.key, count: one.count }));
    return { jobTypes: options(data?.jobTypes), groups: options(data?.groups) };
  }, [data]);
  const states = (data?.states ?? []).map((one) => ({
    value: one.key,
    label: t(STATE_LABELS[one.key as RunState]),
    count: one.count,
  }));
  const removable = (['tag', 'where'] as const).flatMap((name) =>
    params.getAll(name).map((value) => ({ name, value, label: name === 'tag' ? `${t('runs.tag')}: ${value}` : value })),
  );
  const facet = (name: string, label: string, options: readonly FacetOption[]) => (
    <Facet
      label={label}
      options={options}
      chosen={params.getAll(name)}
      onChange={(chosen) => setParams({ [name]: chosen })}
    />
  );
  return (
    <div className={styles.filters}>
      <div className={styles.bar} role="search" aria-label={t('runs.filters')}>
        <SearchInput
          label={t('runs.searchNames')}
          value={params.get('q') ?? ''}
          onChange={(q) => setParams({ q }, { replace: true })}
        />
        {facet('state', t('runs.state'), states)}
        {named.jobTypes.length > 0 && facet('job', t('runs.jobType'), named.jobTypes)}
        {named.groups.length > 0 && facet('of', t('runs.group'), named.groups)}
        <ConditionInput
          available={available}
          onAdd={(name, value) => setParams({ [name]: [...params.getAll(name).filter((one) => one !== value), value] })}
        />
        <span className={styles.end}>
          <Select
            label={t('runs.groupBy')}
            isLabelHidden
            value={group ?? 'none'}
            options={[
              { value: 'none', label: t('runs.notGrouped') },
              { value: 'job', label: t('runs.byJobType') },
              { value: 'state', label: t('runs.byState') },
              { value: 'of', label: t('runs.byGroup') },
            ]}
            onChange={(next) => setParams({ group: next === 'none' ? null : next, open: null })}
          />
          {children}
          {total !== undefined && (
            <span className={styles.total}>{t('runs.total', { count: total, shown: formatCount(total, locale) })}</span>
          )}
        </span>
      </div>
      {removable.length > 0 && (
        <ul className={styles.chosen} aria-label={t('runs.chosenFilters')}>
          {removable.map(({ name, value, label }) => (
            <li key={`${name} ${value}`} className={styles.one}>
              <span dir="auto">{label}</span>
              <Button
                look="quiet"
                aria-label={t('runs.removeFilter', { filter: label })}
                onPress={() => setParams({ [name]: params.getAll(name).filter((one) => one !== value) })}
              >
                ×
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
