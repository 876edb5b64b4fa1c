import { Suspense } from 'react';
import type { ContainerQuery } from '../generated/project/queries.ts';
import { useT } from '../lib/messages.tsx';
import { type Route, tabHref } from '../lib/routes.ts';
import { RunsTab } from '../runs/runs-tab.tsx';
import { Page } from '../shell/page.tsx';
import { lazyPart } from '../ui/lazy-part.tsx';
import { Loading } from '../ui/notices.tsx';

const ArtifactBrowser = lazyPart(() =>
  import('../artifacts/artifact-browser.tsx').then((all) => ({ default: all.ArtifactBrowser })),
);
const TypeGraphView = lazyPart(() =>
  import('../lineage/type-graph.tsx').then((all) => ({ default: all.TypeGraphView })),
);
const ProjectSettings = lazyPart(() =>
  import('../settings/project-settings.tsx').then((all) => ({ default: all.ProjectSettings })),
);

interface ProjectPageProps {
  route: Extract<Route, { page: 'container' }>;
  project: NonNullable<ContainerQuery['project']>;
}

/** A project: its runs, its artifacts, its lineage by type, its settings. */
export default function ProjectPage({ route, project }: ProjectPageProps) {
  const t = useT();
  const path = project.path;
  const tab = route.tab || 'runs';
  const tabs = [
    { id: 'runs', label: t('project.runs'), href: tabHref(path, 'runs') },
    { id: 'artifacts', label: t('project.artifacts'), href: tabHref(path, 'artifacts') },
    { id: 'lineage', label: t('project.lineage'), href: tabHref(path, 'lineage') },
    { id: 'settings', label: t('project.settings'), href: tabHref(path, 'settings') },
  ];
  return (
    <Page
      title={project.name}
      tabs={tabs}
      tab={tab}
      answer={project.description || undefined}
      isFull={tab === 'lineage'}
    >
      <Suspense fallback={<Loading />}>
        {tab === 'runs' && <RunsTab key={path} projectPath={path} />}
        {tab === 'artifacts' && <ArtifactBrowser projectPath={path} />}
        {tab === 'lineage' && <TypeGraphView projectPath={path} />}
        {tab === 'settings' && <ProjectSettings projectPath={path} />}
      </Suspense>
    </Page>
  );
}
