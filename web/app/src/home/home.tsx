import { useT } from '../lib/messages.tsx';
import { Page } from '../shell/page.tsx';

export function Home() {
  const t = useT();
  return <Page title={t('home.title')}>{null}</Page>;
}
