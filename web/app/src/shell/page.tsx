import { type ReactNode, useId } from 'react';
import { useT } from '../lib/messages.tsx';
import { usePageQueryHref } from '../lib/page-query.tsx';
import { Icon } from '../ui/icons.tsx';
import { Loading } from '../ui/notices.tsx';
import { type TabLink, TabLinks } from '../ui/tab-links.tsx';
import { TimeStop } from '../ui/time.tsx';
import styles from './page.module.css';
import { useTitle } from './title.ts';
import { UnknownTab } from './unknown-tab.tsx';

interface PageProps {
  /** The name of what is shown, which also names the browser's tab. */
  title: string;
  /** What stands beside the title: marks, aliases, state. */
  marks?: ReactNode;
  /** The answer of the page in a line. */
  answer?: ReactNode;
  actions?: ReactNode;
  tabs?: readonly TabLink[];
  /** The tab of the address; one that is not among `tabs` is said to be none. */
  tab?: string;
  /** Whether there is no such object. */
  isMissing?: boolean;
  /** Whether the content takes the whole height and scrolls in itself, as the lineage explorer does. */
  isFull?: boolean;
  children: ReactNode;
}

/** What every page has: its name, its answer in one line, its actions and tabs. */
export function Page({ title, marks, answer, actions, tabs, tab = '', isMissing, isFull, children }: PageProps) {
  const t = useT();
  const heading = useId();
  const queryHref = usePageQueryHref();
  const isUnknown = tabs?.every(({ id }) => id !== tab);
  // The first tab is the page itself; another is named, so that windows of one object can be told apart.
  const tabName = tabs?.slice(1).find(({ id }) => id === tab)?.label;
  useTitle(isMissing ? t('notFound.title') : title, isUnknown ? t('notFound.title') : tabName);
  return (
    <main
      id="content"
      className={`${styles.page} ${isFull ? styles.full : ''}`}
      tabIndex={-1}
      aria-labelledby={heading}
    >
      <header className={styles.header}>
        <div className={styles.names}>
          <h1 id={heading} dir="auto">
            {title}
          </h1>
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
        {answer && (
          <p className={styles.answer}>
            <TimeStop value={true}>{answer}</TimeStop>
          </p>
        )}
      </header>
      {tabs && <TabLinks label={t('page.tabs')} tabs={tabs} current={tab} />}
      <div className={styles.content}>{isUnknown && tabs ? <UnknownTab name={tab} tabs={tabs} /> : children}</div>
    </main>
  );
}

/** Stands where a page will: in its margins, but without a name, for nobody knows yet whether there is such a thing. */
export function PageToCome({ children }: { children?: ReactNode }) {
  return <div className={styles.page}>{children || <Loading />}</div>;
}
