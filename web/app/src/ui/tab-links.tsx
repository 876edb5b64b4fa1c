import { useEffect, useRef } from 'react';
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
  const bar = useRef<HTMLElement>(null);
  // On a narrow screen the bar is wider than what is seen of it: the page that one is on is brought into view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another tab is the current one.
  useEffect(() => {
    const tab = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (!bar.current || !tab) return;
    const { left, right } = bar.current.getBoundingClientRect();
    const place = tab.getBoundingClientRect();
    if (place.right > right) bar.current.scrollLeft += place.right - right;
    if (place.left < left) bar.current.scrollLeft -= left - place.left;
  }, [current, tabs.length]);
  return (
    <nav ref={bar} aria-label={label} className={styles.tabs} data-tab-links="">
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
