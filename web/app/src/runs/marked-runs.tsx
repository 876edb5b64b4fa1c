import { Suspense } from 'react';
import { useKeys } from '../lib/keys.ts';
import { useT } from '../lib/messages.tsx';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { lazyPart } from '../ui/lazy-part.tsx';
import { Loading } from '../ui/notices.tsx';
import styles from './runs-tab.module.css';

const ComparedCharts = lazyPart(() => import('./charts/compared-charts.tsx'));
const MOST = 8;

/** What can be done with the marked runs: their charts one over the other. `c` opens and closes them. */
export function MarkedRuns({ projectPath }: { projectPath: string }) {
  const t = useT();
  const [params, setParams] = useParams();
  const marked = params.getAll('mark');
  const isCompared = params.get('compare') === '1';
  const toggle = () => setParams({ compare: isCompared ? null : '1' });
  useKeys({ c: () => marked.length > 0 && toggle() });
  if (!marked.length) return null;
  return (
    <>
      <div className={styles.marked} role="status">
        <strong>{t('runs.marked', { count: marked.length })}</strong>
        <Button onPress={toggle} aria-expanded={isCompared}>
          {isCompared ? t('runs.hideCharts') : t('runs.compareCharts')}
        </Button>
        <Button look="quiet" onPress={() => setParams({ mark: null, compare: null })}>
          {t('runs.unmark')}
        </Button>
        {marked.length > MOST && <span>{t('runs.mostCompared', { count: MOST })}</span>}
      </div>
      {isCompared && (
        <Suspense fallback={<Loading />}>
          <ComparedCharts projectPath={projectPath} keys={marked.slice(0, MOST)} />
        </Suspense>
      )}
    </>
  );
}
