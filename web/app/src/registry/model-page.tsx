import { Suspense, useState } from 'react';
import { ModelPageDocument, type ModelPageQuery } from '../generated/registry/model.ts';
import { formatCount, formatDay } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useViewer } from '../lib/places.ts';
import { type Route, tabHref } from '../lib/routes.ts';
import { AwaitedPage } from '../shell/awaited-page.tsx';
import { MissingPage } from '../shell/not-found.tsx';
import { Page } from '../shell/page.tsx';
import { Button } from '../ui/button.tsx';
import { lazyPart } from '../ui/lazy-part.tsx';
import { Loading } from '../ui/notices.tsx';
import { ModelActions, type ModelDialog } from './model-dialogs.tsx';
import { ModelSettings } from './model-settings.tsx';
import { LATEST, type Place, placeOf, rightIn } from './place.ts';
import { mainAlias } from './promotion.ts';
import { ProposalsTab } from './proposals-tab.tsx';
import { RecallsTab } from './recalls-tab.tsx';
import { TimelineTab } from './timeline-tab.tsx';
import { VersionsTab } from './versions-tab.tsx';

const ModelLineage = lazyPart(() => import('./model-lineage.tsx'));

interface ModelPageProps {
  route: Extract<Route, { page: 'collection' }>;
  collection: { path: string };
}

export type Model = NonNullable<ModelPageQuery['collection']>;

/** A registered model: what its aliases mean now and meant before, its versions, and what was proposed and recalled. */
export function ModelPage({ route, collection: { path } }: ModelPageProps) {
  const { data, error, reload } = useData(ModelPageDocument, { path }, { isMain: true });
  if (!data) return <AwaitedPage title={route.name} error={error} onRetry={reload} />;
  if (!data.collection) {
    return <MissingPage name={route.name} what="registry.noModel" />;
  }
  return <ShownModel tab={route.tab} model={data.collection} recalls={data.recalls.totalCount} onChange={reload} />;
}

interface ShownModelProps {
  tab: string;
  model: Model;
  recalls: number;
  onChange: () => void;
}

function ShownModel({ tab, model, recalls, onChange }: ShownModelProps) {
  const t = useT();
  const { locale } = useLanguage();
  const viewer = useViewer();
  const [dialog, open] = useState<ModelDialog | null>(null);
  // Lists that are paged do not know of changes: they begin anew with each.
  const [changes, setChanges] = useState(0);
  const place = placeOf(model);
  const right = rightIn(place.role, viewer.isReadOnly);
  const changed = () => {
    setChanges((count) => count + 1);
    onChange();
  };
  const note = (count: number) => (count > 0 ? formatCount(count, locale) : undefined);
  const tabs = [
    { id: '', label: t('registry.versions'), note: formatCount(model.versions.totalCount, locale) },
    { id: 'timeline', label: t('registry.timeline') },
    { id: 'lineage', label: t('registry.lineage') },
    { id: 'proposals', label: t('registry.proposals'), note: note(model.proposals.totalCount) },
    { id: 'recalls', label: t('registry.recalls'), note: note(recalls) },
    { id: 'settings', label: t('registry.modelSettings') },
  ].map((one) => ({ ...one, href: tabHref(model.path, one.id) }));
  const actions = right !== 'read' && (
    <>
      <Button onPress={() => open({ kind: 'link' })}>{t('link.here')}</Button>
      <Button
        look="primary"
        isDisabled={model.versions.totalCount === 0}
        onPress={() => open({ kind: 'promote', versionId: null })}
      >
        {t('registry.promoteButton')}
      </Button>
    </>
  );
  return (
    <Page
      title={model.name}
      marks={model.type}
      answer={<Answer model={model} place={place} />}
      actions={actions}
      tabs={tabs}
      tab={tab}
    >
      <ModelActions model={model} dialog={dialog} onOpen={open} onChange={changed} />
      {tab === '' && <VersionsTab model={model} place={place} right={right} changes={changes} onOpen={open} />}
      {tab === 'timeline' && <TimelineTab model={model} place={place} right={right} onOpen={open} key={changes} />}
      {tab === 'lineage' && (
        <Suspense fallback={<Loading />}>
          <ModelLineage model={model} />
        </Suspense>
      )}
      {tab === 'proposals' && <ProposalsTab key={changes} place={{ model: model.path }} onDecided={changed} />}
      {tab === 'recalls' && <RecallsTab collection={model.path} right={right} onChange={onChange} />}
      {tab === 'settings' && <ModelSettings model={model} right={right} onChange={onChange} />}
    </Page>
  );
}

/** "production → v7 since 3 Nov, by mai; latest is v8". */
function Answer({ model, place }: { model: Model; place: Place }) {
  const t = useT();
  const { locale } = useLanguage();
  const main = mainAlias(model.aliases, (name) => place.protectedAliases.has(name));
  const latest = model.aliases.find((alias) => alias.name === LATEST);
  if (!main) return t('registry.noVersionsYet');
  const values = { alias: main.name, version: `v${main.version.index}`, day: formatDay(main.movedAt, locale) };
  const line = t('registry.modelAnswer', { ...values, name: main.movedBy?.name ?? t('registry.somebody') });
  const isBehind = latest && latest.version.id !== main.version.id;
  return (
    <span dir="auto">
      {line}
      {isBehind && t('registry.latestIs', { version: `v${latest.version.index}` })}
      {main.version.recalls.length > 0 && t('registry.recalledNow')}
    </span>
  );
}
