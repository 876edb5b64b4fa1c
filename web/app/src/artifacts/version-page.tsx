import type { Route } from '../lib/routes.ts';
import { Page } from '../shell/page.tsx';

export default function VersionPage({ route }: { route: Extract<Route, { page: 'version' }> }) {
  return <Page title={route.page}>{null}</Page>;
}
