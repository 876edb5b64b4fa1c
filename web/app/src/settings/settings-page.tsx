import type { Route } from '../lib/routes.ts';
import { Page } from '../shell/page.tsx';

export default function SettingsPage({ route }: { route: Extract<Route, { page: 'settings' }> }) {
  return <Page title={route.page}>{null}</Page>;
}
