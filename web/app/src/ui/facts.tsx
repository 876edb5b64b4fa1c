import type { ReactNode } from 'react';
import styles from './facts.module.css';
import { TimeStop } from './time.tsx';

/** Names and values, one below the other. Rows without a value are left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name} className={styles.row}>
            <dt>{name}</dt>
            <dd dir="auto">
              <TimeStop value={true}>{value}</TimeStop>
            </dd>
          </div>
        ))}
    </dl>
  );
}
