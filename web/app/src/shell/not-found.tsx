import { useT } from '../lib/messages.tsx';
import { Missing } from '../ui/notices.tsx';
import { Page } from './page.tsx';

export function NotFound() {
  const t = useT();
  return (
    <Page title={t('notFound.title')}>
      <Missing what="notFound.page" />
    </Page>
  );
}
