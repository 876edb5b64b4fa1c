import { MoveAliasDocument, type MoveMadeFragment } from '../generated/registry/promotion.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import styles from './registry.module.css';

interface UndoNoticeProps {
  collectionId: string;
  move: MoveMadeFragment;
  onUndone: (move: MoveMadeFragment) => void;
  onDismiss: () => void;
}

/** Says which move was made, and takes it back unless the alias has moved on since. */
export function UndoNotice({ collectionId, move, onUndone, onDismiss }: UndoNoticeProps) {
  const t = useT();
  const { run, isRunning, refusal } = useChange(MoveAliasDocument);
  const from = move.from ? `v${move.from.index}` : t('registry.nowhere');
  const to = move.to ? `v${move.to.index}` : t('registry.nowhere');
  const undo = async () => {
    const back = { version: move.from?.id ?? null, expectedVersion: move.to?.id ?? null, checkExpected: true };
    const { payload } = await run({
      moves: [{ collection: collectionId, name: move.name, ...back }],
      reason: t('registry.undoReason', { from, to }),
    });
    const made = payload?.aliases[0];
    if (made) onUndone(made);
  };
  return (
    <div role="status">
      <Notice tone="info">
        <span dir="auto">{t('registry.moved', { alias: move.name, from, to })}</span>
        <span className={styles.buttons}>
          <Button isDisabled={isRunning} onPress={() => void undo()}>
            {t('registry.undo')}
          </Button>
          <Button look="quiet" onPress={onDismiss}>
            {t('ui.close')}
          </Button>
        </span>
      </Notice>
      <Refused refusal={refusal} />
    </div>
  );
}
