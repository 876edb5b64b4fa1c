// A node with very many neighbours on one side: their exact number, how they divide, and the newest of them.
import { useState } from 'react';
import { Link } from 'wouter';
import {
  LineageConsumersDocument,
  LineageHubCountsDocument,
  LineageProducersDocument,
  LineageRunInputsDocument,
  LineageRunOutputsDocument,
} from '../generated/lineage/queries.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { usePages } from '../lib/pages.ts';
import { useSettled } from '../lib/patience.ts';
import { hrefOf, runHref } from '../lib/routes.ts';
import { TextField } from '../ui/field.tsx';
import { Failure } from '../ui/notices.tsx';
import { type RunState, STATE_LABELS, StateMark } from '../ui/state.tsx';
import styles from './explorer.module.css';
import type { GraphHub } from './model.ts';
import { PanelList } from './panel-list.tsx';
import type { Explorer } from './use-explorer.ts';

const TYPING_MS = 250;

export function HubPanel({ explorer, hub }: { explorer: Explorer; hub: GraphHub }) {
  const t = useT();
  const { locale } = useLanguage();
  const node = explorer.laid?.graph.nodes.get(hub.node);
  const { data } = useData(LineageHubCountsDocument, { id: hub.node, direction: hub.side });
  const answer = data?.node && 'lineage' in data.node ? data.node.lineage : null;
  const counts = answer?.hubs.find((one) => one.direction === hub.side);
  const name = node?.name ?? '';
  return (
    <>
      <h2>{t('lineage.hubCount', { count: hub.count })}</h2>
      <p className={styles.quiet}>
        {t(hub.side === 'DOWNSTREAM' ? 'lineage.hubDownOf' : 'lineage.hubUpOf', { name })}
        {hub.forbidden > 0 && ` ${t('lineage.notVisible', { count: hub.forbidden })}`}
      </p>
      {counts && (
        <p className={styles.links}>
          {counts.states.map(({ state, count }) => (
            <span key={state}>
              {state in STATE_LABELS ? <StateMark state={state as RunState} /> : state} {formatCount(count, locale)}
            </span>
          ))}
        </p>
      )}
      {counts && (
        <ul className={styles.plain}>
          {counts.types.slice(0, 8).map(({ type, count }) => (
            <li key={type ?? ''}>
              <bdi>{type ?? t('lineage.noType')}</bdi> {formatCount(count, locale)}
            </li>
          ))}
        </ul>
      )}
      {node && <Newest hub={hub} isRun={node.kind === 'RUN'} />}
    </>
  );
}

/** The newest neighbours; searched by name on the server. */
function Newest({ hub, isRun }: { hub: GraphHub; isRun: boolean }) {
  const t = useT();
  const [text, setText] = useState('');
  const wanted = useSettled(text.trim(), TYPING_MS);
  const isDown = hub.side === 'DOWNSTREAM';
  return (
    <>
      {(isDown || isRun) && <TextField label={t('lineage.searchMembers')} value={text} onChange={setText} />}
      {isRun ? (
        <Versions id={hub.node} isDown={isDown} text={wanted} />
      ) : (
        <Runs id={hub.node} isDown={isDown} text={wanted} />
      )}
    </>
  );
}

function Runs({ id, isDown, text }: { id: string; isDown: boolean; text: string }) {
  const t = useT();
  const filter = text ? { nameContains: text } : null;
  const consumers = usePages(
    LineageConsumersDocument,
    { id, filter },
    (data) => (data.node && 'runs' in data.node ? data.node.runs : null),
    { isPaused: !isDown },
  );
  const producers = usePages(
    LineageProducersDocument,
    { id },
    (data) => (data.node && 'runs' in data.node ? data.node.runs : null),
    { isPaused: isDown },
  );
  const pages = isDown ? consumers : producers;
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  return (
    <PanelList
      label={t('lineage.newest')}
      rows={pages.items}
      rowKey={(run) => run.id}
      onEnd={pages.more}
      render={(run) => (
        <Link href={runHref(run.path)} dir="auto" title={run.name}>
          <StateMark state={run.state} isSignOnly /> {run.name}
        </Link>
      )}
    />
  );
}

function Versions({ id, isDown, text }: { id: string; isDown: boolean; text: string }) {
  const t = useT();
  const filter = text ? { search: text } : null;
  const outputs = usePages(
    LineageRunOutputsDocument,
    { id, filter },
    (data) => (data.node && 'versions' in data.node ? data.node.versions : null),
    { isPaused: !isDown },
  );
  const inputs = usePages(
    LineageRunInputsDocument,
    { id, filter },
    (data) => (data.node && 'versions' in data.node ? data.node.versions : null),
    { isPaused: isDown },
  );
  const pages = isDown ? outputs : inputs;
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  return (
    <PanelList
      label={t('lineage.newest')}
      rows={pages.items}
      rowKey={(version) => version.id}
      onEnd={pages.more}
      render={(version) => (
        <Link href={hrefOf(version.path)} dir="auto" title={version.name}>
          {version.name}
        </Link>
      )}
    />
  );
}
