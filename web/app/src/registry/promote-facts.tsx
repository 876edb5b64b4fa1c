import type { PromotedVersionFragment, PromotionQuery } from '../generated/registry/promotion.ts';
import { PromotionInputsDocument } from '../generated/registry/promotion.ts';
import { formatCount, formatNumber } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { Time } from '../ui/time.tsx';
import { LineageMark } from './lineage-mark.tsx';
import { metricChanges } from './promotion.ts';
import { RecallMarks } from './recall-marks.tsx';
import styles from './registry.module.css';

type Collection = Extract<PromotionQuery['collection'], { __typename: 'Collection' }>;
export type Standing = NonNullable<Collection['alias']>;
export type Target = Extract<NonNullable<PromotionQuery['version']>, { id: string }> &
  PromotedVersionFragment & {
    lineage: { completeness: { isComplete: boolean; reason: string | null } };
  };

const MOST_METRICS = 12;

/** What an alias points at now beside what it would point at: who, when, metrics with their differences, origin. */
export function PromoteFacts({ now, to }: { now: Standing | null; to: Target }) {
  const t = useT();
  const before = now?.version ?? null;
  const changes = metricChanges(before?.metrics, to.metrics);
  return (
    <>
      <table className={styles.comparison}>
        <thead>
          <tr>
            <td />
            <th scope="col">
              {t('registry.now')} {before ? `v${before.index}` : t('registry.nowhere')}
            </th>
            <th scope="col">
              {t('registry.then')} v{to.index}
            </th>
            <th scope="col">{t('registry.difference')}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t('registry.since')}</th>
            <td>
              {now ? (
                <>
                  <Time at={now.movedAt} />
                  {now.movedBy && `, ${now.movedBy.name}`}
                </>
              ) : (
                t('ui.none')
              )}
            </td>
            <td colSpan={2}>
              {t('registry.created')} <Time at={to.createdAt} />
            </td>
          </tr>
          {changes.slice(0, MOST_METRICS).map((change) => (
            <Metric key={change.name} change={change} />
          ))}
          <tr>
            <th scope="row">{t('registry.consumers')}</th>
            <td>{before ? <Count value={before.consumedBy.totalCount} /> : t('ui.none')}</td>
            <td>
              <Count value={to.consumedBy.totalCount} />
            </td>
            <td />
          </tr>
          <tr>
            <th scope="row">{t('registry.recalls')}</th>
            <td>{before ? <RecallMarks recalls={before.recalls} isLong /> : t('ui.none')}</td>
            <td colSpan={2}>
              <RecallMarks recalls={to.recalls} isLong />
            </td>
          </tr>
          <tr>
            <th scope="row">{t('registry.lineage')}</th>
            <td />
            <td colSpan={2}>
              <LineageMark completeness={to.lineage.completeness} />
            </td>
          </tr>
          {before && before.id !== to.id && <InputChanges from={before.id} to={to.id} />}
        </tbody>
      </table>
      {changes.length === 0 && <p className={styles.note}>{t('registry.noMetrics')}</p>}
      {changes.length > MOST_METRICS && (
        <p className={styles.note}>{t('registry.moreMetrics', { count: changes.length - MOST_METRICS })}</p>
      )}
    </>
  );
}

function Count({ value }: { value: number }) {
  const t = useT();
  const { locale } = useLanguage();
  return t('registry.runs', { count: value, shown: formatCount(value, locale) });
}

function Metric({ change }: { change: ReturnType<typeof metricChanges>[number] }) {
  const { locale } = useLanguage();
  const { difference } = change;
  const sign = difference !== null && difference > 0 ? '+' : '';
  return (
    <tr>
      <th scope="row" dir="auto">
        {change.name}
      </th>
      <td>
        <Value value={change.before} />
      </td>
      <td>
        <Value value={change.after} />
      </td>
      <td>{difference === null ? '' : difference === 0 ? '±0' : `${sign}${formatNumber(difference, locale)}`}</td>
    </tr>
  );
}

/** A measured value, short; the whole of it on hover. */
export function Value({ value }: { value: unknown }) {
  const t = useT();
  const { locale } = useLanguage();
  if (value === null || value === undefined) return <span className={styles.note}>{t('ui.none')}</span>;
  const text = typeof value === 'number' ? formatNumber(value, locale) : String(value);
  return (
    <span title={String(value)} dir="auto">
      {text}
    </span>
  );
}

/** Which inputs of the runs that made two versions are others: "data rooms v1 → v2". */
function InputChanges({ from, to }: { from: string; to: string }) {
  const t = useT();
  const { data } = useData(PromotionInputsDocument, { from, to });
  const node = data?.node;
  const upstream = node && 'compare' in node ? node.compare?.upstream : null;
  if (!upstream) return null;
  const numbers = (versions: readonly { index: number }[]) =>
    versions.map((version) => `v${version.index}`).join(', ') || t('registry.nowhere');
  return (
    <tr>
      <th scope="row">{t('registry.inputs')}</th>
      <td colSpan={3} dir="auto">
        {upstream.inputs.length === 0 && t(upstream.isComplete ? 'registry.sameInputs' : 'registry.hiddenInputs')}
        {upstream.inputs.map((input) => (
          <div key={input.collection.id}>
            {input.collection.name} {numbers(input.before)} → {numbers(input.after)}
          </div>
        ))}
        {upstream.config.total > 0 && <div>{t('registry.configChanges', { count: upstream.config.total })}</div>}
      </td>
    </tr>
  );
}
