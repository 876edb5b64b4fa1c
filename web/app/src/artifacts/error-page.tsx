import type { CombinedError } from 'urql';
import { Page } from '../shell/page.tsx';
import { Failure } from '../ui/notices.tsx';

/** A page whose main query failed. */
export function ErrorPage({ title, error, onRetry }: { title: string; error: CombinedError; onRetry: () => void }) {
  return (
    <Page title={title}>
      <Failure error={error} onRetry={onRetry} />
    </Page>
  );
}
