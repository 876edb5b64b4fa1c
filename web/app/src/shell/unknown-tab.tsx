import { Link } from 'wouter';
import { useT } from '../lib/messages.tsx';
import { Empty } from '../ui/notices.tsx';
import type { TabLink } from '../ui/tab-links.tsx';
import styles from './page.module.css';

/** In place of a tab that this page does not have: those that it has. */
export function UnknownTab({ name, tabs }: { name: string; tabs: readonly TabLink[] }) {
  const t = useT();
  return (
    <>
      <Empty title={t('notFound.tab', { name })}>{t('notFound.tabs')}</Empty>
      <ul className={styles.choices}>
        {tabs.map((tab) => (
          <li key={tab.id}>
            <Link href={tab.href}>{tab.label}</Link>
          </li>
        ))}
      </ul>
    </>
  );
}
