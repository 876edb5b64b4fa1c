import { Link } from 'wouter';
import styles from './tab-links.module.css';

export interface TabLink {
  id: string;
  label: string;
  href: string;
  /** Shown behind the label, such as a count. */
  note?: string;
}

/** The tabs of a page. Each is an address of its own, so they are links, and `[` and `]` go from one to the next. */
export function TabLinks({ label, tabs, current }: { label: string; tabs: readonly TabLink[]; current: string }) {
  return (
    <nav aria-label={label} className={styles.tabs} data-tab-links="">
      {tabs.map((tab) => (
        <Link
          key={tab.id}
          href={tab.href}
          className={styles.tab}
          aria-current={tab.id === current ? 'page' : undefined}
        >
          {tab.label}
          {tab.note !== undefined && <span className={styles.note}>{tab.note}</span>}
        </Link>
      ))}
    </nav>
  );
}
