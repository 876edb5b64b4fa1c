import { Suspense } from 'react';
import { Home } from './home/home.tsx';
import { useAddressPath } from './lib/location.ts';
import { parseRoute } from './lib/routes.ts';
import { ErrorBoundary } from './shell/error-boundary.tsx';
import { Frame } from './shell/frame.tsx';
import { lazyPage } from './shell/lazy-page.tsx';
import { NotFound } from './shell/not-found.tsx';
import { PageToCome } from './shell/page.tsx';

const EntityPage = lazyPage(() => import('./entity/entity-page.tsx'));
const ContainerPage = lazyPage(() => import('./project/container-page.tsx'));
const RunPage = lazyPage(() => import('./runs/run-page.tsx'));
const CollectionPage = lazyPage(() => import('./artifacts/collection-page.tsx'));
const VersionPage = lazyPage(() => import('./artifacts/version-page.tsx'));
const ComparePage = lazyPage(() => import('./artifacts/compare-page.tsx'));
const SettingsPage = lazyPage(() => import('./settings/settings-page.tsx'));

export function App() {
  const path = useAddressPath();
  return (
    <Frame>
      <ErrorBoundary resetKey={path}>
        <Suspense fallback={<PageToCome />}>
          <RoutedPage />
        </Suspense>
      </ErrorBoundary>
    </Frame>
  );
}

/** The page of the address. What somebody types or is about to do on one never goes on to the page of another thing. */
function RoutedPage() {
  const route = parseRoute(useAddressPath());
  switch (route.page) {
    case 'home':
      return <Home />;
    case 'settings':
      return <SettingsPage route={route} />;
    case 'entity':
      return <EntityPage key={route.entity} route={route} />;
    case 'container':
      return <ContainerPage route={route} />;
    case 'run':
      return <RunPage key={`${route.entity}/${route.container}/${route.run}`} route={route} />;
    case 'collection':
      return <CollectionPage route={route} />;
    case 'version':
      return <VersionPage route={route} />;
    case 'compare':
      return <ComparePage route={route} />;
    case 'missing':
      return <NotFound />;
  }
}
