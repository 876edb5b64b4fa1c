import { useT } from '../lib/messages.tsx';
import { type Route, tabHref } from '../lib/routes.ts';
import { Page } from '../shell/page.tsx';
import { ApiKeys } from './api-keys.tsx';
import { Entities } from './entities.tsx';
import { Interface } from './interface.tsx';

/** What belongs to the viewer: keys, the entities they work in, how the pages look and speak. */
export default function SettingsPage({ route }: { route: Extract<Route, { page: 'settings' }> }) {
  const t = useT();
  const tab = route.tab || 'keys';
  const tabs = [
    { id: 'keys', label: t('settings.keys'), href: tabHref('', 'settings', 'keys') },
    { id: 'entities', label: t('settings.entities'), href: tabHref('', 'settings', 'entities') },
    { id: 'interface', label: t('settings.interface'), href: tabHref('', 'settings', 'interface') },
  ];
  return (
    <Page title={t('frame.settings')} tabs={tabs} tab={tab}>
      {tab === 'keys' && <ApiKeys />}
      {tab === 'entities' && <Entities />}
      {tab === 'interface' && <Interface />}
    </Page>
  );
}
