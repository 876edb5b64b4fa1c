import type { ReactNode } from 'react';
import { useT } from '../lib/messages.tsx';
import { usePageQueryHref } from '../lib/page-query.tsx';
import { Icon } from '../ui/icons.tsx';
import { type TabLink, TabLinks } from '../ui/tab-links.tsx';
import styles from './page.module.css';
import { useTitle } from './title.ts';

interface PageProps {
  /** The name of what is shown, which also names the browser's tab. */
  title: string;
  /** What stands beside the title: marks, aliases, state. */
  marks?: ReactNode;
  /** The answer of the page in a line. */
  answer?: ReactNode;
  actions?: ReactNode;
  tabs?: readonly TabLink[];
  tab?: string;
  /** Whether the content takes the whole height and scrolls in itself, as the lineage explorer does. */
  isFull?: boolean;
  children: ReactNode;
}

/** What every page has: its name, its answer in one line, its actions and tabs. */
export function Page({ title, marks, answer, actions, tabs, tab = '', isFull = false, children }: PageProps) {
  const t = useT();
  const queryHref = usePageQueryHref();
  // The first tab is the page itself; another is named, so that windows of one object can be told apart.
  useTitle(title, tabs?.slice(1).find(({ id }) => id === tab)?.label);
  return (
    <main id="content" className={`${styles.page} ${isFull ? styles.full : ''}`} tabIndex={-1}>
      <header className={styles.header}>
        <div className={styles.names}>
          <h1 dir="auto">{title}</h1>
          {marks}
        </div>
        <div className={styles.actions}>
          {actions}
          {queryHref && (
            <a href={queryHref} className={styles.query} title={t('page.queryHint')} data-query="">
              <Icon name="query" />
              {t('page.query')}
            </a>
          )}
        </div>
        {answer && <p className={styles.answer}>{answer}</p>}
      </header>
      {tabs && <TabLinks label={t('page.tabs')} tabs={tabs} current={tab} />}
      <div className={styles.content}>{children}</div>
    </main>
  );
}
