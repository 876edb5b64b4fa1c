import { type MessageKey, useT } from '../lib/messages.tsx';
import { Missing } from '../ui/notices.tsx';
import { Page } from './page.tsx';

/** The page of an address that names nothing of ours. */
export function NotFound() {
  const t = useT();
  return <MissingPage name={t('notFound.title')} what="notFound.page" />;
}

/** The page of an object that is not there, or that the viewer may not see. */
export function MissingPage({ name, what }: { name: string; what: MessageKey }) {
  return (
    <Page title={name} isMissing>
      <Missing what={what} />
    </Page>
  );
}
