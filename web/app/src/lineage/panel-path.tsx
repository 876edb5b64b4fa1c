import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import styles from './explorer.module.css';
import type { Explorer } from './use-explorer.ts';

/** The path between two nodes, step by step. */
export function PathPanel({ explorer }: { explorer: Explorer }) {
  const t = useT();
  const { locale } = useLanguage();
  const { path, select, clearPath } = explorer;
  const found = path.paths;
  const shown = found?.paths[path.shown];
  if (!found || !shown) return null;
  const count = found.paths.length;
  return (
    <section aria-label={t('lineage.path')}>
      <h2>{t('lineage.pathOf', { count: found.length ?? 0 })}</h2>
      <p className={styles.quiet} role="status">
        {t(found.direction === 'UPSTREAM' ? 'lineage.pathUp' : 'lineage.pathDown')}{' '}
        {t(found.isPathCountExact ? 'lineage.pathCount' : 'lineage.pathCountMore', {
          shown: path.shown + 1,
          count: formatCount(found.pathCount, locale),
        })}
        {!found.isComplete && ` ${t('lineage.pathIncomplete')}`}
      </p>
      <ol className={styles.steps}>
        {shown.nodes.map((node) => (
          <li key={node.id}>
            <button type="button" className={styles.step} onClick={() => select(node.id)} dir="auto">
              {node.label}
            </button>
          </li>
        ))}
      </ol>
      <div className={styles.buttons}>
        {count > 1 && <Button onPress={() => path.show((path.shown + 1) % count)}>{t('lineage.nextPath')}</Button>}
        <Button onPress={clearPath}>{t('lineage.clearPath')}</Button>
      </div>
    </section>
  );
}
