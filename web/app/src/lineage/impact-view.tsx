// What a node reaches: registered models, their aliases and versions, the protected ones first; all of it as CSV.
import { useMemo, useState } from 'react';
import { useClient } from 'urql';
import { LineageImpactDocument, LineageImpactTableDocument } from '../generated/lineage/impact-queries.ts';
import { LineageReachDocument, type LineageReachQuery } from '../generated/lineage/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { usePages } from '../lib/pages.ts';
import { hrefOf } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { Checkbox } from '../ui/field.tsx';
import { Empty, Failure, Loading, Notice } from '../ui/notices.tsx';
import { saveText } from './exports.ts';
import { columnsOf } from './impact-columns.tsx';
import styles from './impact-view.module.css';

const PAGE = 100;
const MOST_CSV_ROWS = 50_000;

type Reached = NonNullable<Extract<LineageReachQuery['node'], { impact: unknown }>>['impact'];

interface ImpactViewProps {
  focusId: string;
  focusName: string;
  /** Shows how the focus leads to a version. */
  onPath: (id: string) => void;
}

export function ImpactView({ focusId, focusName, onPath }: ImpactViewProps) {
  const t = useT();
  const [params, setParams] = useParams();
  const isEvery = params.get('every') === '1';
  const types = params.getAll('type');
  const asked = { id: focusId, registeredOnly: !isEvery, types: types.length ? types : null };
  const reach = useData(LineageReachDocument, { id: focusId });
  const pages = usePages(LineageImpactDocument, { ...asked, first: PAGE }, (data) =>
    data.node && 'impact' in data.node ? data.node.impact : null,
  );
  const columns = useMemo(() => columnsOf(t, pages.items, onPath), [t, pages.items, onPath]);
  const reached = reach.data?.node && 'impact' in reach.data.node ? reach.data.node.impact : null;
  const error = reach.error ?? pages.error;
  return (
    <section className={styles.view} aria-label={t('lineage.impact')}>
      {error && <Failure error={error} onRetry={pages.error ? pages.reload : reach.reload} />}
      {reached && <Totals reached={reached} name={focusName} />}
      <div className={styles.bar}>
        <Checkbox isSelected={isEvery} onChange={(every) => setParams({ every: every ? '1' : null })}>
          {t('lineage.impact.every')}
        </Checkbox>
        {pages.totalCount !== undefined && (
          <span role="status">{t('lineage.impact.rows', { count: pages.totalCount })}</span>
        )}
        <SaveCsv asked={asked} name={focusName} isDisabled={!pages.totalCount} />
      </div>
      {pages.items.length === 0 && pages.isLoading && <Loading />}
      {pages.items.length === 0 && !pages.isLoading && !error && (
        <Empty title={t('lineage.impact.none')}>
          {t(isEvery ? 'lineage.impact.noneHint' : 'lineage.impact.unnamedHint')}
        </Empty>
      )}
      {pages.items.length > 0 && (
        <DataTable
          label={t('lineage.impact')}
          rows={pages.items}
          columns={columns}
          rowKey={(row) => row.version.id}
          rowHref={(row) => hrefOf(row.version.path)}
          total={pages.totalCount}
          hasMore={pages.hasMore}
          isLoading={pages.isLoading}
          onMore={pages.more}
        />
      )}
    </section>
  );
}

/** The answer in a line, and what it leaves out. */
function Totals({ reached, name }: { reached: Reached; name: string }) {
  const t = useT();
  const { totals, isComplete, reason } = reached;
  return (
    <>
      <p className={styles.answer}>
        {t(reason === 'NODES' ? 'lineage.impact.totalsAtLeast' : 'lineage.impact.totals', {
          name,
          models: totals.collections,
          registered: totals.registryVersions,
          versions: totals.versions,
          runs: totals.runs,
        })}
      </p>
      {!isComplete && totals.hidden > 0 && <Notice>{t('lineage.impact.hidden', { count: totals.hidden })}</Notice>}
      {reason === 'NODES' && <Notice>{t('lineage.impact.limited')}</Notice>}
    </>
  );
}

interface Asked {
  id: string;
  registeredOnly: boolean;
  types: string[] | null;
}

/** Fetches the whole table, not only the pages that were looked at, and saves it. */
function SaveCsv({ asked, name, isDisabled }: { asked: Asked; name: string; isDisabled: boolean }) {
  const t = useT();
  const client = useClient();
  const [state, setState] = useState<{ isLoading: boolean; failure: string }>({ isLoading: false, failure: '' });
  async function save() {
    setState({ isLoading: true, failure: '' });
    const variables = { ...asked, limit: MOST_CSV_ROWS };
    const { data, error } = await client
      .query(LineageImpactTableDocument, variables, { requestPolicy: 'network-only' })
      .toPromise();
    const table = data?.node && 'impactTable' in data.node ? data.node.impactTable : null;
    if (table) saveText(`\uFEFF${table.csv}`, `impact ${name}.csv`, 'text/csv');
    const failure = table ? '' : (error?.graphQLErrors[0]?.message ?? error?.message ?? t('lineage.missing'));
    setState({ isLoading: false, failure });
  }
  return (
    <>
      <Button look="quiet" isDisabled={isDisabled || state.isLoading} onPress={() => void save()}>
        {t('lineage.impact.saveCsv')}
      </Button>
      {state.failure && (
        <span role="alert" className={styles.failure} dir="auto">
          {state.failure}
        </span>
      )}
    </>
  );
}
