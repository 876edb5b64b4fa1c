import { Link } from 'wouter';
import { RunInputsDocument, type RunInputsQuery, RunOutputsDocument } from '../generated/runs/run.ts';
import { formatBytes } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { type Connection, type Pages, usePages } from '../lib/pages.ts';
import { hrefOf } from '../lib/routes.ts';
import { AliasChips } from '../ui/chips.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import { KindMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import styles from './run-page.module.css';

const PAGE = 100;

type UsedVersion = NonNullable<RunInputsQuery['run']>['inputs']['edges'][number]['node'];
interface Row {
  version: UsedVersion;
  /** When this run used or logged it. */
  at: string;
  isReused: boolean;
}

/** What a run consumed, and what it produced. */
export default function ArtifactsTab({ path }: { path: string }) {
  const t = useT();
  const inputs = usePages(RunInputsDocument, { path, first: PAGE }, (data) =>
    rowsOf(data.run?.inputs, (edge) => ({ version: edge.node, at: edge.usedAt, isReused: false })),
  );
  const outputs = usePages(RunOutputsDocument, { path, first: PAGE }, (data) =>
    rowsOf(data.run?.outputs, (edge) => ({
      version: edge.node,
      at: edge.loggedAt,
      isReused: edge.isReused,
    })),
  );
  return (
    <>
      <Versions
        title={t('runs.inputs')}
        pages={inputs}
        empty={t('runs.noInputs')}
        code={'data = run.use_artifact("dataset:latest").download()'}
      />
      <Versions
        title={t('runs.outputs')}
        pages={outputs}
        isOutput
        empty={t('runs.noOutputs')}
        code={'run.log_artifact("model.safetensors", name="model", type="model")'}
      />
    </>
  );
}

/** A connection of rows in place of one of versions, so that what an edge says is not lost. */
function rowsOf<Edge extends { node: UsedVersion }>(
  connection: (Omit<Connection<UsedVersion>, 'edges'> & { edges: readonly Edge[] }) | undefined,
  row: (edge: Edge) => Row,
): Connection<Row> | undefined {
  return connection && { ...connection, edges: connection.edges.map((edge) => ({ node: row(edge) })) };
}

interface VersionsProps {
  title: string;
  pages: Pages<Row>;
  isOutput?: boolean;
  empty: string;
  code: string;
}

function Versions({ title, pages, isOutput = false, empty, code }: VersionsProps) {
  const t = useT();
  const { locale } = useLanguage();
  const columns: Column<Row>[] = [
    {
      id: 'name',
      label: t('runs.version'),
      width: 'minmax(200px, 2fr)',
      isKey: true,
      render: ({ version }) => (
        <>
          <KindMark kind={version.kind} />
          <Link href={hrefOf(version.path)} title={version.path} dir="auto">
            {version.name}
          </Link>
        </>
      ),
    },
    {
      id: 'aliases',
      label: t('runs.aliasesNow'),
      width: 'minmax(120px, 1.5fr)',
      isKey: true,
      render: ({ version }) => <AliasChips names={version.aliases} />,
    },
    {
      id: 'type',
      label: t('runs.type'),
      isKey: true,
      render: ({ version }) => <span dir="auto">{version.type}</span>,
    },
    {
      id: 'size',
      label: t('runs.size'),
      width: 'minmax(80px, 100px)',
      isNumeric: true,
      render: ({ version }) => formatBytes(version.size, locale),
    },
    ...(isOutput
      ? [
          {
            id: 'reused',
            label: t('runs.reused'),
            width: 'minmax(110px, 1fr)',
            render: ({ isReused }: Row) => (isReused ? t('runs.wasThere') : t('runs.isNew')),
          },
        ]
      : []),
    {
      id: 'at',
      label: isOutput ? t('runs.loggedAt') : t('runs.usedAt'),
      width: 'minmax(100px, 130px)',
      render: ({ at }) => <Time at={at} />,
    },
  ];
  return (
    <section className={styles.document}>
      <h2>
        {title} {pages.totalCount !== undefined && <span className={styles.muted}>{pages.totalCount}</span>}
      </h2>
      {pages.error && <Failure error={pages.error} onRetry={pages.reload} />}
      {!pages.items.length && pages.isLoading && <Loading lines={3} />}
      {!pages.items.length && !pages.isLoading && !pages.error && <Empty title={empty} code={code} />}
      {pages.items.length > 0 && (
        <DataTable
          label={title}
          rows={pages.items}
          columns={columns}
          rowKey={({ version }) => version.id}
          rowHref={({ version }) => hrefOf(version.path)}
          total={pages.totalCount}
          hasMore={pages.hasMore}
          isLoading={pages.isLoading}
          onMore={pages.more}
        />
      )}
    </section>
  );
}
