import { LineageReachDocument } from '../generated/lineage/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { Button } from '../ui/button.tsx';
import styles from './explorer.module.css';
import type { ExplorerView } from './explorer-state.ts';
import type { Explorer } from './use-explorer.ts';

const VIEWS: readonly ExplorerView[] = ['graph', 'table', 'impact'];

/** The answer in a line: how much is shown, how much there is; and the ways to look at it. */
export function AnswerLine({ explorer, view }: { explorer: Explorer; view: ExplorerView }) {
  const t = useT();
  const { graph, change } = explorer;
  if (!graph) return null;
  const counted = new Set(graph.hubs.flatMap((hub) => hub.members));
  const nodes = [...graph.nodes.values()].filter((node) => !counted.has(node.id));
  const runs = nodes.filter((node) => node.kind === 'RUN').length;
  const { hidden, forbidden, reason } = graph.completeness;
  const isWhole = hidden === 0 && forbidden === 0 && reason === null && !graph.isTotal;
  return (
    <div className={styles.answer}>
      <p role="status">
        <strong>
          {t('lineage.shown', {
            runs: t('lineage.runs', { count: runs }),
            versions: t('lineage.versions', { count: nodes.length - runs }),
          })}
        </strong>{' '}
        {isWhole ? t('lineage.whole') : hidden > 0 ? t('lineage.more', { count: hidden }) : ''}{' '}
        <Reach focusId={explorer.focusId} />
      </p>
      <fieldset className={styles.views}>
        <legend className="visually-hidden">{t('lineage.views')}</legend>
        {VIEWS.map((one) => (
          <label key={one} className={styles.view}>
            <input type="radio" name="lineage-view" checked={view === one} onChange={() => change({ view: one })} />
            <span>{t(`lineage.view.${one}`)}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}

/** Exact counts of all that it reaches, which come later than the graph. */
function Reach({ focusId }: { focusId: string }) {
  const t = useT();
  const { data } = useData(LineageReachDocument, { id: focusId });
  if (data?.node?.id !== focusId || !('impact' in data.node)) return null;
  const { totals, reason } = data.node.impact;
  const count = totals.runs + totals.versions + totals.registryVersions;
  if (count === 0) return <span>{t('lineage.reachesNothing')}</span>;
  const values = { count, models: totals.collections };
  return <span>{t(reason === 'NODES' ? 'lineage.reachesAtLeast' : 'lineage.reaches', values)}</span>;
}

/** A line that offers one thing to do about it. */
export function Offer({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <Button look="quiet" onPress={onPress}>
      {label}
    </Button>
  );
}
