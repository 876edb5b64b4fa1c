import { ContainerDocument } from '../generated/project/queries.ts';
import { useData } from '../lib/page-query.tsx';
import type { Route } from '../lib/routes.ts';
import { AwaitedPage } from '../shell/awaited-page.tsx';
import { MissingPage } from '../shell/not-found.tsx';
import { lazyPart } from '../ui/lazy-part.tsx';

const ProjectPage = lazyPart(() => import('./project-page.tsx'));
const RegistryPage = lazyPart(() => import('../registry/registry-page.tsx'));

/** Projects and registries share their names: which of the two a path names, the service says. */
export default function ContainerPage({ route }: { route: Extract<Route, { page: 'container' }> }) {
  const path = `${route.entity}/${route.container}`;
  const { data, error, reload } = useData(ContainerDocument, { path });
  if (data?.project) return <ProjectPage key={data.project.id} route={route} project={data.project} />;
  if (data?.registry) return <RegistryPage key={data.registry.id} route={route} registry={data.registry} />;
  if (data) return <MissingPage name={route.container} what="project.missing" />;
  return <AwaitedPage title={route.container} error={error} onRetry={reload} />;
}
