import { Link } from 'wouter';
import { LineageRunPanelDocument, LineageVersionPanelDocument } from '../generated/lineage/queries.ts';
import { formatBytes, formatCount, formatDuration } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { runHref } from '../lib/routes.ts';
import { Tags } from '../ui/chips.tsx';
import { Facts } from '../ui/facts.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import { StateMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import styles from './explorer.module.css';
import type { GraphNode } from './model.ts';

export function RunFacts({ node }: { node: GraphNode }) {
  const t = useT();
  const { locale } = useLanguage();
  const { data, error, reload } = useData(LineageRunPanelDocument, { id: node.id });
  if (error) return <Failure error={error} onRetry={reload} />;
  const run = data?.node?.__typename === 'Run' && data.node.id === node.id ? data.node : null;
  if (!run) return <Loading lines={3} />;
  const seconds =
    run.startedAt && run.finishedAt ? (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000 : null;
  return (
    <Facts
      rows={[
        [t('lineage.created'), <Time key="created" at={run.createdAt} />],
        [t('lineage.by'), run.createdBy?.name],
        [t('lineage.duration'), seconds === null ? null : formatDuration(seconds, locale)],
        [t('lineage.group'), run.group],
        [t('lineage.inputs'), formatCount(run.inputs.totalCount, locale)],
        [t('lineage.outputs'), formatCount(run.outputs.totalCount, locale)],
        [t('lineage.tags'), run.tags.length ? <Tags key="tags" names={run.tags} /> : null],
      ]}
    />
  );
}

export function VersionFacts({ node }: { node: GraphNode }) {
  const t = useT();
  const { locale } = useLanguage();
  const { data, error, reload } = useData(LineageVersionPanelDocument, { id: node.id });
  if (error) return <Failure error={error} onRetry={reload} />;
  const version = data?.node?.id === node.id && 'producedBy' in data.node ? data.node : null;
  if (!version) return <Loading lines={3} />;
  const [producer] = version.producedBy.edges.map((edge) => edge.node);
  return (
    <>
      <Facts
        rows={[
          [t('lineage.created'), <Time key="created" at={version.createdAt} />],
          [
            t('lineage.madeBy'),
            producer && (
              <Link key="run" href={runHref(producer.path)}>
                <StateMark state={producer.state} isSignOnly /> <bdi>{producer.name}</bdi>
              </Link>
            ),
          ],
          [t('lineage.usedBy'), t('lineage.runs', { count: version.consumedBy.totalCount })],
          [t('lineage.size'), formatBytes(version.size, locale)],
          [t('lineage.fileCount'), formatCount(version.fileCount, locale)],
          [t('lineage.tags'), version.tags.length ? <Tags key="tags" names={version.tags} /> : null],
          ...version.recalls.slice(0, 3).map((recall) => [t('lineage.recallReason'), recall.reason] as const),
        ]}
      />
      <Metadata value={version.metadata} />
    </>
  );
}

/** The first few values of the metadata; the page of the version has all of it. */
function Metadata({ value }: { value: unknown }) {
  const t = useT();
  if (typeof value !== 'object' || value === null) return null;
  const rows = Object.entries(value).slice(0, 6);
  if (!rows.length) return null;
  return (
    <section>
      <h3>{t('lineage.tab.metadata')}</h3>
      <div className={styles.quiet}>
        <Facts rows={rows.map(([name, one]) => [name, typeof one === 'string' ? one : JSON.stringify(one)])} />
      </div>
    </section>
  );
}
