import { formatCount } from '../../lib/format.ts';
import { useLanguage, useT } from '../../lib/messages.tsx';
import styles from './preview.module.css';

interface FileTableProps {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** Rows in the whole file, when known. */
  total?: number;
  isCut: boolean;
}

/** The first rows of a table file. */
export function FileTable({ columns, rows, total, isCut }: FileTableProps) {
  const t = useT();
  const { locale } = useLanguage();
  return (
    <>
      <p className={styles.note}>
        {total !== undefined
          ? t('preview.rowsOf', { count: formatCount(rows.length, locale), total: formatCount(total, locale) })
          : t(isCut ? 'preview.firstRows' : 'preview.rows', { count: rows.length })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className={styles.table} tabIndex={0} role="region" aria-label={t('preview.table')}>
        <table>
          <thead>
            <tr>
              <th scope="col">#</th>
              {columns.map((column, index) => (
                <th key={index} scope="col" dir="auto">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, number) => (
              <tr key={number}>
                <td className={styles.number}>{number + 1}</td>
                {columns.map((_, index) => (
                  <td key={index} dir="auto" title={row[index]}>
                    {row[index]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
