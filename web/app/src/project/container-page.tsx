import type { Route } from '../lib/routes.ts';
import { Page } from '../shell/page.tsx';

export default function ContainerPage({ route }: { route: Extract<Route, { page: 'container' }> }) {
  return <Page title={route.page}>{null}</Page>;
}
