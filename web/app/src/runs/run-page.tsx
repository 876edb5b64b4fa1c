import type { Route } from '../lib/routes.ts';
import { Page } from '../shell/page.tsx';

export default function RunPage({ route }: { route: Extract<Route, { page: 'run' }> }) {
  return <Page title={route.page}>{null}</Page>;
}
