import { EntityDocument } from '../generated/entity/queries.ts';
import { CreateProject } from '../home/create-project.tsx';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { type Route, tabHref } from '../lib/routes.ts';
import { MissingPage } from '../shell/not-found.tsx';
import { Page } from '../shell/page.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import { CreateRegistry } from './create-registry.tsx';
import { Members } from './members.tsx';
import { Projects } from './projects.tsx';
import { Registries } from './registries.tsx';

/** A person or a team: its projects, its registries, and who belongs to it. */
export default function EntityPage({ route }: { route: Extract<Route, { page: 'entity' }> }) {
  const t = useT();
  const { data, error, reload } = useData(EntityDocument, { name: route.entity }, { isMain: true });
  const entity = data?.entity;
  const tab = route.tab;
  const tabs = [
    { id: '', label: t('entity.projects'), href: tabHref(route.entity) },
    { id: 'registries', label: t('entity.registries'), href: tabHref(route.entity, 'registries') },
    { id: 'members', label: t('entity.members'), href: tabHref(route.entity, 'members'), note: memberNote(data) },
  ];
  if (data && !entity) return <MissingPage name={route.entity} what="entity.missing" />;
  return (
    <Page
      title={route.entity}
      answer={entity && (entity.kind === 'TEAM' ? t('entity.team') : t('entity.person'))}
      actions={entity && <EntityActions entity={entity.name} tab={tab} />}
      tabs={entity ? tabs : undefined}
      tab={tab}
    >
      {error && <Failure error={error} onRetry={reload} />}
      {!error && !entity && <Loading />}
      {entity && tab === '' && <Projects entity={entity.name} />}
      {entity && tab === 'registries' && <Registries entity={entity.name} />}
      {entity && tab === 'members' && <Members entity={entity} onChange={reload} />}
    </Page>
  );
}

function EntityActions({ entity, tab }: { entity: string; tab: string }) {
  if (tab === 'members') return null;
  return tab === 'registries' ? <CreateRegistry entity={entity} /> : <CreateProject entity={entity} />;
}

function memberNote(data: { entity: { members: readonly unknown[] } | null } | undefined): string | undefined {
  return data?.entity ? String(data.entity.members.length) : undefined;
}
