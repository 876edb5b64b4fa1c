// What is drawn as one box: a cluster of similar nodes, and the rows of a column beyond the limit.
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { Select, TextField } from '../ui/field.tsx';
import { Notice } from '../ui/notices.tsx';
import { KindMark, STATE_LABELS, StateMark } from '../ui/state.tsx';
import styles from './explorer.module.css';
import { pathOf } from './explorer-places.ts';
import { clusterName } from './explorer-scene.ts';
import type { Box } from './layout-types.ts';
import type { GraphCluster, GraphNode } from './model.ts';
import { PanelList } from './panel-list.tsx';
import type { Explorer } from './use-explorer.ts';

export function ClusterPanel({ explorer, cluster }: { explorer: Explorer; cluster: GraphCluster }) {
  const t = useT();
  const states = (Object.keys(STATE_LABELS) as (keyof typeof STATE_LABELS)[]).filter((one) => cluster.states[one]);
  return (
    <>
      <h2 className={styles.title}>
        <KindMark kind={cluster.kind} />
        <span dir="auto">{clusterName(cluster, t)}</span>
      </h2>
      {states.length > 0 && (
        <p className={styles.links}>
          {states.map((state) => (
            <span key={state}>
              <StateMark state={state} /> {cluster.states[state]}
            </span>
          ))}
        </p>
      )}
      {cluster.recall && <Notice>{t(`lineage.recall.${cluster.recall}`)}</Notice>}
      <Members explorer={explorer} ids={cluster.members} groupId={cluster.id} isCluster />
    </>
  );
}

export function MorePanel({ explorer, box }: { explorer: Explorer; box: Box }) {
  const t = useT();
  return (
    <>
      <h2>{t('lineage.moreRows', { count: box.members.length })}</h2>
      <Members explorer={explorer} ids={box.members} groupId={box.id} isCluster={false} />
    </>
  );
}

type Sort = 'newest' | 'oldest' | 'name';

interface MembersProps {
  explorer: Explorer;
  ids: readonly string[];
  groupId: string;
  /** Whether one of them can be pulled out. */
  isCluster: boolean;
}

/** The members in a list that is searched and sorted where it is; each can be drawn by itself. */
function Members({ explorer, ids, groupId, isCluster }: MembersProps) {
  const t = useT();
  const [text, setText] = useState('');
  const [sort, setSort] = useState<Sort>('newest');
  const nodes = explorer.laid?.graph.nodes;
  const rows = useMemo(() => membersOf(ids, nodes, text, sort), [ids, nodes, text, sort]);
  return (
    <>
      <TextField label={t('lineage.searchMembers')} value={text} onChange={setText} />
      <Select<Sort>
        label={t('lineage.sort')}
        value={sort}
        onChange={setSort}
        options={SORTS.map((value) => ({ value, label: t(`lineage.sort.${value}`) }))}
      />
      <PanelList
        label={t('lineage.members')}
        rows={rows}
        rowKey={(node) => node.id}
        render={(node) => (
          <>
            <Link href={pathOf(node)} dir="auto" title={node.name}>
              {node.state && <StateMark state={node.state} isSignOnly />} {node.name}
            </Link>
            {isCluster && (
              <Button
                look="quiet"
                aria-label={t('lineage.extractOf', { name: node.name })}
                onPress={() => explorer.extract(node.id)}
              >
                {t('lineage.extract')}
              </Button>
            )}
          </>
        )}
      />
      <div className={styles.buttons}>
        <Button onPress={() => explorer.drawMembers(groupId)}>{t('lineage.drawMembers', { count: ids.length })}</Button>
      </div>
    </>
  );
}

const SORTS: readonly Sort[] = ['newest', 'oldest', 'name'];

export function membersOf(
  ids: readonly string[],
  nodes: ReadonlyMap<string, GraphNode> | undefined,
  text: string,
  sort: Sort,
): GraphNode[] {
  const wanted = text.normalize('NFKC').toLocaleLowerCase().trim();
  const found = ids.flatMap((id) => {
    const node = nodes?.get(id);
    return node?.name.normalize('NFKC').toLocaleLowerCase().includes(wanted) ? [node] : [];
  });
  const collator = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true });
  const compare = {
    newest: (one: GraphNode, other: GraphNode) => other.createdAt - one.createdAt,
    oldest: (one: GraphNode, other: GraphNode) => one.createdAt - other.createdAt,
    name: (one: GraphNode, other: GraphNode) => collator.compare(one.name, other.name),
  };
  return found.sort(compare[sort]);
}
