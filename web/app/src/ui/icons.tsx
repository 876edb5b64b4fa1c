// Signs drawn by us: no font has to have them, and they look the same everywhere. All are decoration; names are beside.
import styles from './icons.module.css';

const PATHS = {
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'M3 8.5l3.2 3.5L13 4.5',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  warning: 'M8 2.5l6 11H2zM8 6.5v3.2M8 11.4v.4',
  query: 'M5 3.5L1.5 8 5 12.5M11 3.5L14.5 8 11 12.5',
  sun: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M3.2 12.8l1.1-1.1M11.7 4.3l1.1-1.1',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  auto: 'M8 2a6 6 0 1 0 0 12z',
  running: 'M8 2.5A5.5 5.5 0 1 1 2.5 8',
  finished: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z',
  failed: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  crashed: 'M9 1.5L3.5 9H7l-1 5.5L12.5 7H8.5z',
  killed: 'M3.5 3.5h9v9h-9z',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  add: 'M8 3v10M3 8h10',
  download: 'M8 2.5v8M4.5 7.5L8 11l3.5-3.5M2.5 13.5h11',
  folder: 'M1.5 4v9h13V5.5H8L6.5 4z',
  file: 'M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3',
} as const;

const FILLED = new Set<IconName>(['auto', 'finished', 'killed', 'crashed']);

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 16 16" className={FILLED.has(name) ? styles.filled : styles.icon} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
