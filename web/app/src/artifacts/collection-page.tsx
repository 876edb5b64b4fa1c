import { CollectionDocument } from '../generated/artifacts/collection-queries.ts';
import { useData } from '../lib/page-query.tsx';
import type { Route } from '../lib/routes.ts';
import { AwaitedPage } from '../shell/awaited-page.tsx';
import { MissingPage } from '../shell/not-found.tsx';
import { lazyPart } from '../ui/lazy-part.tsx';
import { SourceCollectionPage } from './source-collection-page.tsx';

const ModelPage = lazyPart(() => import('../registry/model-page.tsx').then((all) => ({ default: all.ModelPage })));

/** A series of versions: an artifact of a project, or a registered model. */
export default function CollectionPage({ route }: { route: Extract<Route, { page: 'collection' }> }) {
  const path = `${route.entity}/${route.container}/${route.name}`;
  const { data, error, reload } = useData(CollectionDocument, { path });
  const collection = data?.collection;
  if (collection?.kind === 'REGISTRY') return <ModelPage key={collection.id} route={route} collection={collection} />;
  if (collection) return <SourceCollectionPage route={route} collection={collection} />;
  if (data) return <MissingPage name={route.name} what="artifacts.missingCollection" />;
  return <AwaitedPage title={route.name} error={error} onRetry={reload} />;
}
