import { useEffect } from 'react';
import { LineageDocument } from '../generated/lineage/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useIsLate } from '../lib/patience.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Failure } from '../ui/notices.tsx';
import { toGraph } from './answer.ts';
import { MANY_NODES, UNASKED_NODES } from './explorer-state.ts';
import type { Explorer, Way } from './use-explorer.ts';
import { compactOf } from './use-moves.ts';

const PATIENCE_MS = 400;

/** Counts what lies one way of a node to the very end, and draws that: of very many only when told to. */
export function AskAll({ explorer }: { explorer: Explorer }) {
  return explorer.asking ? <Asking explorer={explorer} {...explorer.asking} /> : null;
}

function Asking({ explorer, id, way }: { explorer: Explorer; id: string; way: Way }) {
  const t = useT();
  const isUp = way === 'up';
  const variables = { id, direction: isUp ? 'UPSTREAM' : 'DOWNSTREAM', limit: MANY_NODES } as const;
  const { data, error, reload } = useData(LineageDocument, variables);
  const compact = data?.node?.id === id ? compactOf(data.node) : undefined;
  const found = compact === undefined ? null : toGraph(compact);
  const count = found ? found.nodes.size - 1 : null;
  const isMore = found?.completeness.reason === 'NODES';
  const isFew = !!count && count <= UNASKED_NODES;
  useEffect(() => {
    if (isFew) explorer.drawAll(count);
  });
  const isCounting = count === null && !error;
  const isLate = useIsLate(PATIENCE_MS);
  if (isFew || (isCounting && !isLate)) return null;
  const name = explorer.graph?.nodes.get(id)?.name ?? '';
  return (
    <Dialog
      isOpen
      onClose={explorer.stopAsking}
      title={t(isUp ? 'lineage.allUp' : 'lineage.allDown')}
      isDismissable
      actions={
        <>
          <Button onPress={explorer.stopAsking}>{t('ui.cancel')}</Button>
          <Button look="primary" isDisabled={!count} onPress={() => explorer.drawAll(count ?? 0)}>
            {t('lineage.draw')}
          </Button>
        </>
      }
    >
      {error && <Failure error={error} onRetry={reload} />}
      <p role="status">
        {count === null ? isCounting && t('lineage.counting') : t(sentence(isUp, isMore), { count, name })}
      </p>
      {isMore && <p>{t('lineage.nearestOnly', { count: MANY_NODES })}</p>}
    </Dialog>
  );
}

function sentence(isUp: boolean, isMore: boolean) {
  if (isMore) return isUp ? 'lineage.atLeastUp' : 'lineage.atLeastDown';
  return isUp ? 'lineage.countUp' : 'lineage.countDown';
}
