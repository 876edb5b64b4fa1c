import { useMemo, useState } from 'react';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { TextField } from '../ui/field.tsx';
import { leavesOf, searchLeaves } from './documents.ts';
import styles from './run-page.module.css';
import { Value } from './value.tsx';

const SHOWN = 100;
const WORTH_SEARCHING = 8;

interface LeafTableProps {
  title: string;
  document: unknown;
  empty: string;
}

/** A config or a summary: a row a value, with a search when there are many. */
export function LeafTable({ title, document, empty }: LeafTableProps) {
  const t = useT();
  const { locale } = useLanguage();
  const [search, setSearch] = useState('');
  const [areAllShown, showAll] = useState(false);
  const leaves = useMemo(() => leavesOf(document), [document]);
  const found = useMemo(() => searchLeaves(leaves, search), [leaves, search]);
  const shown = areAllShown ? found : found.slice(0, SHOWN);
  return (
    <section className={styles.document} aria-label={title}>
      <header className={styles.documentHead}>
        <h2>{title}</h2>
        <span className={styles.muted}>{formatCount(leaves.length, locale)}</span>
        {leaves.length > 0 && (
          <CopyButton text={JSON.stringify(document, null, 2)} label={t('runs.copyJson', { name: title })} />
        )}
        {leaves.length >= WORTH_SEARCHING && (
          <TextField
            label={t('runs.searchIn', { name: title })}
            placeholder={t('frame.search')}
            isLabelHidden
            value={search}
            onChange={setSearch}
          />
        )}
      </header>
      {leaves.length === 0 && <p className={styles.muted}>{empty}</p>}
      {leaves.length > 0 && found.length === 0 && <p className={styles.muted}>{t('runs.noneFound')}</p>}
      <table className={styles.leaves}>
        <tbody>
          {shown.map(([path, value]) => (
            <tr key={path}>
              <th scope="row" dir="auto">
                {path}
              </th>
              <td>
                <Value value={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length > shown.length && (
        <span>
          <Button look="quiet" onPress={() => showAll(true)}>
            {t('runs.showAll', { count: found.length })}
          </Button>
        </span>
      )}
    </section>
  );
}
