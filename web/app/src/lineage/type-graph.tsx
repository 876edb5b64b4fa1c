// The lineage of a whole project by type and job type: how data flows in it, with exact counts.
import { useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import { ProjectTypeGraphDocument } from '../generated/lineage/queries.ts';
import { firstSteps } from '../home/first-steps.ts';
import { useKeys } from '../lib/keys.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { Empty, Failure, Loading, Missing, Notice } from '../ui/notices.tsx';
import { GraphCanvas, type GraphHandle } from './canvas/graph-canvas.tsx';
import styles from './explorer.module.css';
import { MOST_ROWS } from './layout-types.ts';
import { TypePanel } from './panel-type.tsx';
import toolbar from './toolbar.module.css';
import { explodeHref, graphOfTypes, type TypeGraph, typeScene } from './type-graph-scene.ts';
import { useLayout } from './use-layout.ts';

const NO_MATCHES: ReadonlySet<string> = new Set();
const NO_STEPS: ReadonlyMap<string, number> = new Map();
const NOTHING: readonly string[] = [];

export function TypeGraphView({ projectPath }: { projectPath: string }) {
  const { data, error, isLoading, reload } = useData(
    ProjectTypeGraphDocument,
    { path: projectPath, createdAfter: null, createdBefore: null },
    { isMain: true },
  );
  const found = data?.project?.typeGraph;
  if (error && !found) return <Failure error={error} onRetry={reload} />;
  if (!found) return isLoading ? <Loading /> : <Missing what="lineage.missing" />;
  if (!found.nodes.length) return <NoLineage projectPath={projectPath} />;
  return (
    <section className={styles.explorer} data-lineage="types">
      <TypeAnswer found={found} />
      {error && <Failure error={error} onRetry={reload} />}
      <TypeMap found={found} projectPath={projectPath} />
    </section>
  );
}

function TypeAnswer({ found }: { found: TypeGraph }) {
  const t = useT();
  const count = (isRun: boolean) =>
    found.nodes.reduce((sum, one) => sum + (!one.isOutside && (one.kind === 'RUN') === isRun ? one.count : 0), 0);
  return (
    <>
      <div className={styles.answer}>
        <p role="status">
          <strong>
            {t('lineage.types', {
              groups: found.groupCount,
              versions: t('lineage.versions', { count: count(false) }),
              runs: t('lineage.runs', { count: count(true) }),
            })}
          </strong>
        </p>
      </div>
      {found.reason === 'NODES' && (
        <Notice>{t('lineage.typesCut', { count: found.nodes.length, all: found.groupCount })}</Notice>
      )}
      {found.hidden > 0 && <Notice>{t('lineage.typesHidden', { count: found.hidden })}</Notice>}
    </>
  );
}

function TypeMap({ found, projectPath }: { found: TypeGraph; projectPath: string }) {
  const t = useT();
  const [, navigate] = useLocation();
  const [params, setParams] = useParams();
  const canvas = useRef<GraphHandle>(null);
  const panel = useRef<HTMLElement>(null);
  const graph = useMemo(() => graphOfTypes(found), [found]);
  const [laid] = useLayout(graph, { open: NOTHING, alone: NOTHING, mostRows: MOST_ROWS });
  const scene = useMemo(() => (laid ? typeScene(found, laid.layout, t) : null), [found, laid, t]);
  const selected = params.get('sel');
  const chosen = found.nodes.find((one) => one.id === selected) ?? null;
  useKeys({
    f: () => canvas.current?.fit(),
    0: () => canvas.current?.actualSize(),
    '+': () => canvas.current?.zoomBy(1.25),
    '=': () => canvas.current?.zoomBy(1.25),
    '-': () => canvas.current?.zoomBy(0.8),
  });
  if (!scene) return <Loading />;
  const explode = (id: string) => {
    const group = found.nodes.find((one) => one.id === id);
    if (group) navigate(explodeHref(group));
  };
  return (
    <>
      <div role="toolbar" aria-label={t('lineage.toolbar')} className={toolbar.toolbar}>
        <span className={toolbar.group}>
          <Button look="quiet" aria-label={t('lineage.zoomOut')} onPress={() => canvas.current?.zoomBy(0.8)}>
            −
          </Button>
          <Button look="quiet" aria-label={t('lineage.zoomIn')} onPress={() => canvas.current?.zoomBy(1.25)}>
            +
          </Button>
          <Button look="quiet" onPress={() => canvas.current?.fit()}>
            {t('lineage.fit')}
          </Button>
        </span>
      </div>
      <div className={styles.body}>
        <GraphCanvas
          scene={scene}
          label={t('lineage.typeMap', { path: projectPath })}
          marks={{ selected, matches: NO_MATCHES, steps: NO_STEPS }}
          anchor={selected}
          camera={params.get('cam')}
          onCamera={(cam) => setParams({ cam }, { replace: true })}
          onSelect={(sel) => setParams({ sel }, { replace: true })}
          onActivate={(id, by) => (by === 'key' ? panel.current?.focus() : explode(id))}
          handle={canvas}
        />
        <TypePanel
          ref={panel}
          found={found}
          chosen={chosen}
          onSelect={(sel) => setParams({ sel }, { replace: true })}
          onLeave={() => canvas.current?.focus()}
        />
      </div>
    </>
  );
}

function NoLineage({ projectPath }: { projectPath: string }) {
  const t = useT();
  return (
    <Empty title={t('lineage.noRunsYet')} code={firstSteps(window.location.origin, projectPath)}>
      {t('lineage.noRunsHint')}
    </Empty>
  );
}
