import {
  RegistryPageDocument,
  type RegistryPageQuery,
  UpdateRegistryDocument,
} from '../generated/registry/registry.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { useViewer } from '../lib/places.ts';
import { type Route, tabHref } from '../lib/routes.ts';
import { AwaitedPage } from '../shell/awaited-page.tsx';
import { MissingPage } from '../shell/not-found.tsx';
import { Page } from '../shell/page.tsx';
import { EditableText } from '../ui/editable-text.tsx';
import { CreateModel } from './create-model.tsx';
import { GuardsSection } from './guards-section.tsx';
import { MembersSection } from './members-section.tsx';
import { ModelsTab } from './models-tab.tsx';
import { type Right, rightIn } from './place.ts';
import { ProposalsTab } from './proposals-tab.tsx';
import { RecallsTab } from './recalls-tab.tsx';
import { RegistrySettings } from './registry-settings.tsx';

interface RegistryPageProps {
  route: Extract<Route, { page: 'container' }>;
  registry: { path: string };
}

export type Registry = NonNullable<RegistryPageQuery['registry']>;

/** A registry: its registered models, what was proposed and recalled in it, and who may do what. */
export default function RegistryPage({ route, registry: { path } }: RegistryPageProps) {
  const t = useT();
  const { locale } = useLanguage();
  const viewer = useViewer();
  const { data, error, reload } = useData(RegistryPageDocument, { path }, { isMain: true });
  const registry = data?.registry;
  if (!data) return <AwaitedPage title={route.container} error={error} onRetry={reload} />;
  if (!registry) {
    return <MissingPage name={route.container} what="registry.missing" />;
  }
  const right = rightIn(registry.viewerRole, viewer.isReadOnly);
  const models = registry.collections.totalCount;
  const note = (count: number) => (count > 0 ? formatCount(count, locale) : undefined);
  const tabs = [
    { id: '', label: t('registry.models'), note: formatCount(models, locale) },
    { id: 'proposals', label: t('registry.proposals'), note: note(registry.proposals.totalCount) },
    { id: 'recalls', label: t('registry.recalls'), note: note(data.recalls.totalCount) },
    { id: 'settings', label: t('registry.settings') },
  ].map((tab) => ({ ...tab, href: tabHref(path, tab.id) }));
  const answer = t('registry.answer', {
    models,
    shown: formatCount(models, locale),
    proposals: registry.proposals.totalCount,
    recalls: data.recalls.totalCount,
  });
  return (
    <Page
      title={registry.name}
      marks={t(registry.visibility === 'RESTRICTED' ? 'registry.restrictedMark' : 'registry.openMark')}
      answer={answer}
      actions={right !== 'read' && <CreateModel entity={registry.entity.name} container={path} />}
      tabs={tabs}
      tab={route.tab}
    >
      {route.tab === '' && <Description registry={registry} right={right} />}
      {route.tab === '' && <ModelsTab registry={registry} />}
      {route.tab === 'proposals' && <ProposalsTab place={{ registry: path }} onDecided={reload} />}
      {route.tab === 'recalls' && <RecallsTab container={path} right={right} onChange={reload} />}
      {route.tab === 'settings' && (
        <>
          <RegistrySettings registry={registry} right={right} />
          <GuardsSection owner={{ id: registry.id, registry: path }} canEdit={right === 'admin'} />
          <MembersSection path={path} canEdit={right === 'admin'} />
        </>
      )}
    </Page>
  );
}

function Description({ registry, right }: { registry: Registry; right: Right }) {
  const t = useT();
  const { run } = useChange(UpdateRegistryDocument);
  return (
    <EditableText
      label={t('registry.description')}
      text={registry.description}
      placeholder={t('registry.noDescription')}
      canEdit={right === 'admin'}
      onSave={async (description, known) => {
        const expected = { description: known };
        return (await run({ registryId: registry.id, changes: { description }, expected })).refusal;
      }}
    />
  );
}
