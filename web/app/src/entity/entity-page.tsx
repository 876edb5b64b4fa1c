import type { Route } from '../lib/routes.ts';
import { Page } from '../shell/page.tsx';

export default function EntityPage({ route }: { route: Extract<Route, { page: 'entity' }> }) {
  return <Page title={route.page}>{null}</Page>;
}
