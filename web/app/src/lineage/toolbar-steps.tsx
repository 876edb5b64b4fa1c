import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import styles from './toolbar.module.css';
import type { Explorer, Way } from './use-explorer.ts';

/** How many steps the graph goes one way: one less, one more, or to the end. */
export function StepsField({ explorer, way }: { explorer: Explorer; way: Way }) {
  const t = useT();
  const steps = explorer.steps[way];
  const label = t(way === 'up' ? 'lineage.upstream' : 'lineage.downstream');
  const isAll = steps === 'all';
  const set = (next: number) => explorer.change({ [way]: next });
  return (
    <fieldset className={styles.steps}>
      <legend className="visually-hidden">{label}</legend>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      <Button
        look="quiet"
        aria-label={t('lineage.stepLess', { label })}
        isDisabled={steps === 0}
        onPress={() => set(isAll ? 1 : steps - 1)}
      >
        −
      </Button>
      <output className={styles.count}>{isAll ? t('lineage.all') : steps}</output>
      <Button
        look="quiet"
        aria-label={t('lineage.stepMore', { label })}
        isDisabled={isAll || steps >= 99}
        onPress={() => !isAll && set(steps + 1)}
      >
        +
      </Button>
      {!isAll && (
        <Button
          look="quiet"
          aria-label={t('lineage.stepAll', { label })}
          onPress={() => explorer.askAll(explorer.focusId, way)}
        >
          {t('lineage.all')}
        </Button>
      )}
    </fieldset>
  );
}
