import type { Route } from '../lib/routes.ts';
import { Page } from '../shell/page.tsx';

export default function CollectionPage({ route }: { route: Extract<Route, { page: 'collection' }> }) {
  return <Page title={route.page}>{null}</Page>;
}
