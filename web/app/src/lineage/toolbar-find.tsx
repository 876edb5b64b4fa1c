import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import styles from './toolbar.module.css';

export interface Search {
  text: string;
  change: (text: string) => void;
  count: number;
  /** The match that is selected; less than 0: none of them. */
  at: number;
  step: (by: number) => void;
}

/** Finds nodes in the graph by name, type or alias. Enter goes to the next one. */
export function Find({ text, change, count, at, step }: Search) {
  const t = useT();
  return (
    <search className={styles.find}>
      <input
        type="search"
        className={styles.input}
        value={text}
        placeholder={t('lineage.find')}
        aria-label={t('lineage.find')}
        dir="auto"
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || event.key !== 'Enter') return;
          event.preventDefault();
          step(event.shiftKey ? -1 : 1);
        }}
      />
      {text && (
        <>
          <output className={styles.count}>{t('lineage.matches', { at: at < 0 ? 0 : at + 1, count })}</output>
          <Button look="quiet" aria-label={t('lineage.previousMatch')} isDisabled={!count} onPress={() => step(-1)}>
            ↑
          </Button>
          <Button look="quiet" aria-label={t('lineage.nextMatch')} isDisabled={!count} onPress={() => step(1)}>
            ↓
          </Button>
        </>
      )}
    </search>
  );
}
