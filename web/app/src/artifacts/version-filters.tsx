import { useT } from '../lib/messages.tsx';
import { useParams } from '../lib/search-params.ts';
import { Facet } from '../ui/facet.tsx';
import { Select, TextField } from '../ui/field.tsx';
import styles from './artifacts.module.css';

interface VersionFiltersProps {
  /** Aliases to choose from. */
  aliases: readonly string[];
  /** Of a whole project, the words that names are searched for. */
  hasSearch?: boolean;
}

/** What narrows a list of versions; all of it stands in the address. */
export function VersionFilters({ aliases, hasSearch = false }: VersionFiltersProps) {
  const t = useT();
  const [params, setParams] = useParams();
  return (
    <div className={styles.filters}>
      {hasSearch && (
        <TextField
          label={t('artifacts.findVersions')}
          isLabelHidden
          placeholder={t('artifacts.findVersions')}
          value={params.get('find') ?? ''}
          onChange={(find) => setParams({ find }, { replace: true })}
        />
      )}
      <Facet
        label={t('artifacts.alias')}
        options={aliases.map((value) => ({ value, label: value }))}
        chosen={params.getAll('alias')}
        onChange={(alias) => setParams({ alias })}
      />
      <Select
        label={t('artifacts.used')}
        isLabelHidden
        value={params.get('used') === 'yes' ? 'yes' : params.get('used') === 'no' ? 'no' : 'any'}
        onChange={(used) => setParams({ used: used === 'any' ? null : used })}
        options={[
          { value: 'any', label: t('artifacts.usedAny') },
          { value: 'yes', label: t('artifacts.usedYes') },
          { value: 'no', label: t('artifacts.usedNo') },
        ]}
      />
      {params.getAll('tag').map((tag) => (
        <button
          key={tag}
          type="button"
          className={styles.filter}
          onClick={() => setParams({ tag: params.getAll('tag').filter((one) => one !== tag) })}
          aria-label={t('artifacts.dropTag', { name: tag })}
        >
          <span dir="auto">{tag}</span> ×
        </button>
      ))}
    </div>
  );
}
