import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { ModelVersionsDocument, type ModelVersionsQuery, UpdateModelDocument } from '../generated/registry/model.ts';
import { useKeys } from '../lib/keys.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { usePages } from '../lib/pages.ts';
import { compareHref, hrefOf } from '../lib/routes.ts';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { EditableText } from '../ui/editable-text.tsx';
import { Facet } from '../ui/facet.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import { TagEditor } from '../ui/tag-editor.tsx';
import { AliasesNow } from './aliases-now.tsx';
import type { ModelDialog } from './model-dialogs.tsx';
import type { Model } from './model-page.tsx';
import type { Place, Right } from './place.ts';
import { metricNames } from './promotion.ts';
import styles from './registry.module.css';
import { SearchField } from './search-field.tsx';
import { useVersionColumns } from './version-columns.tsx';
import { orderOf, sortOf } from './version-order.ts';

export type Version = NonNullable<ModelVersionsQuery['collection']>['versions']['edges'][number]['node'];

interface VersionsTabProps {
  model: Model;
  place: Place;
  right: Right;
  /** Grows with each change that the list must show. */
  changes: number;
  onOpen: (dialog: ModelDialog) => void;
}

/** The card of a registered model, where its aliases point, and its versions with chosen metrics as columns. */
export function VersionsTab({ model, place, right, changes, onOpen }: VersionsTabProps) {
  return (
    <>
      <div className={styles.top}>
        <AliasesNow model={model} place={place} right={right} onOpen={onOpen} />
        <Card model={model} right={right} />
      </div>
      {model.versions.totalCount === 0 ? (
        <NoVersions path={model.path} />
      ) : (
        <VersionList model={model} place={place} right={right} changes={changes} onOpen={onOpen} />
      )}
    </>
  );
}

function Card({ model, right }: { model: Model; right: Right }) {
  const t = useT();
  const { run } = useChange(UpdateModelDocument);
  const canEdit = right !== 'read';
  return (
    <div className={styles.card}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className={styles.scrolled} tabIndex={0} role="group" aria-label={t('registry.card')}>
        <EditableText
          label={t('registry.card')}
          text={model.description}
          placeholder={t('registry.noCard')}
          canEdit={canEdit}
          onSave={async (description, known) => {
            const expected = { description: known };
            return (await run({ collectionId: model.id, changes: { description }, expected })).refusal;
          }}
        />
      </div>
      <TagEditor
        tags={model.tags}
        canEdit={canEdit}
        onChange={async (tags) => {
          const addTags = tags.filter((tag) => !model.tags.includes(tag));
          const removeTags = model.tags.filter((tag) => !tags.includes(tag));
          return (await run({ collectionId: model.id, addTags, removeTags })).refusal;
        }}
      />
    </div>
  );
}

const FIRST_METRICS = 3;

function VersionList({ model, place, right, changes, onOpen }: VersionsTabProps) {
  const t = useT();
  const [, navigate] = useLocation();
  const [params, setParams] = useParams();
  const [marked, mark] = useState<ReadonlySet<string>>(new Set());
  const search = params.get('search') ?? '';
  const aliases = params.getAll('alias');
  const sort = sortOf(params);
  const filter = { search: search || null, aliases: aliases.length ? aliases : null };
  const pages = usePages(
    ModelVersionsDocument,
    { path: model.path, filter, orderBy: orderOf(sort) },
    (data) => data.collection?.versions,
  );
  const { reload } = pages;
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes, reload]);
  const names = metricNames(pages.items);
  const chosen = params.has('metric')
    ? params.getAll('metric').filter((name) => name !== NONE)
    : names.slice(0, FIRST_METRICS);
  const columns = useVersionColumns({ metrics: chosen, place, right, onOpen });
  const compared = pages.items.filter((version) => marked.has(version.id));
  const [newer, older] = compared;
  const compare = () => {
    if (newer && older) navigate(compareHref(older.path, `v${newer.index}`));
  };
  useKeys({ c: compare });
  return (
    <>
      <div className={styles.bar} role="search">
        <SearchField
          value={search}
          hint={t('registry.findVersion')}
          onChange={(text) => setParams({ search: text }, { replace: true })}
        />
        <Facet
          label={t('registry.alias')}
          options={model.aliases.map((alias) => ({ value: alias.name, label: alias.name }))}
          chosen={aliases}
          onChange={(next) => setParams({ alias: next })}
        />
        <Facet
          label={t('registry.metrics')}
          options={names.map((name) => ({ value: name, label: name }))}
          chosen={chosen}
          onChange={(next) => setParams({ metric: next.length ? next : [NONE] }, { replace: true })}
          isQuiet
        />
        {compared.length > 0 && (
          <Button isDisabled={compared.length !== 2} onPress={compare}>
            {t('registry.compare', { count: compared.length })}
          </Button>
        )}
      </div>
      {pages.error && <Failure error={pages.error} onRetry={pages.reload} />}
      {pages.totalCount === undefined && !pages.error && <Loading />}
      {pages.totalCount === 0 && <p className={styles.note}>{t('registry.noVersionFound')}</p>}
      {pages.items.length > 0 && (
        <DataTable
          label={t('registry.versions')}
          rows={pages.items}
          columns={columns}
          rowKey={(version) => version.id}
          rowHref={(version) => hrefOf(version.path)}
          total={pages.totalCount}
          hasMore={pages.hasMore}
          isLoading={pages.isLoading}
          onMore={pages.more}
          sort={sort}
          onSort={(next) => setParams({ sort: next.key, order: next.isDescending ? null : 'asc' })}
          marked={marked}
          onMark={(key) => mark(toggled(marked, key))}
          onRowKey={(key, version) => {
            if (key === 'm' && right !== 'read') onOpen({ kind: 'promote', versionId: version.id });
          }}
        />
      )}
      {right !== 'read' && <p className={styles.note}>{t('registry.rowKeys')}</p>}
    </>
  );
}

/** Stands in the address for "no metric at all", which an empty list could not say. */
const NONE = '-';

function toggled(marked: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(marked);
  if (!next.delete(key)) next.add(key);
  return next;
}

function NoVersions({ path }: { path: string }) {
  const t = useT();
  const code = [
    'import headwater',
    `api = headwater.Api(base_url="${window.location.origin}")`,
    'version = api.artifact("my-project/my-model:latest")',
    `version.link(${JSON.stringify(path)}, aliases=["staging"])`,
  ].join('\n');
  return (
    <Empty title={t('registry.noVersionsYet')} code={code}>
      {t('registry.noVersionsHint')}
    </Empty>
  );
}
