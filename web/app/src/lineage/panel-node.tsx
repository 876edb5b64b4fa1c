import { Link } from 'wouter';
import { useT } from '../lib/messages.tsx';
import { Button, LinkButton } from '../ui/button.tsx';
import { AliasChips } from '../ui/chips.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { Notice } from '../ui/notices.tsx';
import { KindMark, StateMark } from '../ui/state.tsx';
import styles from './explorer.module.css';
import { pathOf, tabOf } from './explorer-places.ts';
import { captionOf } from './explorer-scene.ts';
import type { GraphNode } from './model.ts';
import { RunFacts, VersionFacts } from './panel-facts.tsx';
import type { Explorer } from './use-explorer.ts';

/** A run or a version: what it is, and what can be done with it in the graph. */
export function NodePanel({ explorer, node }: { explorer: Explorer; node: GraphNode }) {
  const t = useT();
  const isRun = node.kind === 'RUN';
  const tabs = isRun ? RUN_TABS : VERSION_TABS;
  return (
    <>
      <div>
        <h2 className={styles.title}>
          <KindMark kind={node.kind} />
          <Link href={pathOf(node)} dir="auto">
            {node.name}
          </Link>
        </h2>
        <p className={styles.quiet}>
          <bdi>{captionOf(node, t)}</bdi> · <bdi>{node.path}</bdi>{' '}
          <CopyButton text={node.path} label={t('frame.copyPath')} />
        </p>
      </div>
      {node.state && <StateMark state={node.state} />}
      {node.aliases.length > 0 && (
        <AliasChips names={node.aliases} isProtected={(name) => node.protectedAliases.includes(name)} limit={8} />
      )}
      {node.isRecalled && <Notice tone="danger">{t('lineage.recalled')}</Notice>}
      {!node.isRecalled && node.recall && <Notice>{t(`lineage.recall.${node.recall}`)}</Notice>}
      <NodeActions explorer={explorer} node={node} />
      {isRun ? <RunFacts node={node} /> : <VersionFacts node={node} />}
      <nav className={styles.links} aria-label={t('lineage.pages')}>
        {tabs.map(([tab, label]) => (
          <Link key={tab} href={tabOf(node, tab)}>
            {t(label)}
          </Link>
        ))}
      </nav>
    </>
  );
}

const RUN_TABS = [
  ['charts', 'lineage.tab.charts'],
  ['artifacts', 'lineage.tab.artifacts'],
  ['log', 'lineage.tab.log'],
] as const;
const VERSION_TABS = [
  ['metadata', 'lineage.tab.metadata'],
  ['files', 'lineage.tab.files'],
  ['history', 'lineage.tab.history'],
] as const;

function NodeActions({ explorer, node }: { explorer: Explorer; node: GraphNode }) {
  const t = useT();
  const { state, pathStart, focusId, change } = explorer;
  const isFocus = node.id === focusId;
  const isPathStart = pathStart === node.id;
  return (
    <div className={styles.buttons} role="group" aria-label={t('lineage.actions')}>
      <LinkButton href={pathOf(node)}>{t('lineage.open')}</LinkButton>
      {!isFocus && <LinkButton href={tabOf(node, 'lineage')}>{t('lineage.makeFocus')}</LinkButton>}
      {node.hiddenUp > 0 && (
        <Button onPress={() => explorer.expand(node.id, 'up')}>
          {t('lineage.expandUp', { count: node.hiddenUp })}
        </Button>
      )}
      {node.hiddenDown > 0 && (
        <Button onPress={() => explorer.expand(node.id, 'down')}>
          {t('lineage.expandDown', { count: node.hiddenDown })}
        </Button>
      )}
      {(node.hiddenUp > 0 || node.inputs > 0) && (
        <Button onPress={() => explorer.askAll(node.id, 'up')}>{t('lineage.allUp')}</Button>
      )}
      {(node.hiddenDown > 0 || node.outputs > 0) && (
        <Button onPress={() => explorer.askAll(node.id, 'down')}>{t('lineage.allDown')}</Button>
      )}
      <Button onPress={() => explorer.fold(node.id)}>{t('lineage.fold')}</Button>
      {!isFocus && <Button onPress={() => explorer.hide(node.id)}>{t('lineage.hide')}</Button>}
      {state.alone.includes(node.id) && (
        <Button onPress={() => explorer.putBack(node.id)}>{t('lineage.putBack')}</Button>
      )}
      <Button isDisabled={isPathStart} onPress={() => explorer.markPathEnd(node.id)}>
        {t(pathStart && !isPathStart ? 'lineage.pathToHere' : 'lineage.pathFromHere')}
      </Button>
      {isFocus && <Button onPress={() => change({ view: 'impact' })}>{t('lineage.impact')}</Button>}
    </div>
  );
}
