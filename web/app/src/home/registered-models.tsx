import { Link } from 'wouter';
import type { HomeQuery } from '../generated/home/queries.ts';
import { useT } from '../lib/messages.tsx';
import { hrefOf } from '../lib/routes.ts';
import { AliasChip } from '../ui/chips.tsx';
import { Icon } from '../ui/icons.tsx';
import { Time } from '../ui/time.tsx';
import styles from './home.module.css';

/** What is in production and since when, on the first page: each registered model with where its aliases point. */
export function RegisteredModels({ models }: { models: HomeQuery['collections'] }) {
  const t = useT();
  if (!models.edges.length) return <p className={styles.note}>{t('home.noModels')}</p>;
  return (
    <ul className={styles.list}>
      {models.edges.map(({ node }) => (
        <li key={node.id} className={styles.item}>
          <Link href={hrefOf(node.path)} className={styles.name} title={node.path} dir="auto">
            {node.name}
          </Link>
          <span className={styles.aliases}>
            {node.aliases
              .filter((alias) => alias.name !== 'latest')
              .slice(0, 3)
              .map((alias) => (
                <span key={alias.name} title={alias.movedAt} className={styles.alias}>
                  <AliasChip name={alias.name} />→ v{alias.version.index}
                  {alias.version.recalls.length > 0 && (
                    <span
                      className={styles.recalled}
                      role="img"
                      aria-label={t('home.recalled')}
                      title={t('home.recalled')}
                    >
                      <Icon name="warning" />
                    </span>
                  )}
                </span>
              ))}
          </span>
          <span className={styles.note}>
            <Time at={node.updatedAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
