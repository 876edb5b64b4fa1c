import type { Route } from '../lib/routes.ts';
import { Page } from '../shell/page.tsx';

export default function ComparePage({ route }: { route: Extract<Route, { page: 'compare' }> }) {
  return <Page title={route.page}>{null}</Page>;
}
