import type { CombinedError } from 'urql';
import { Failure, Loading } from '../ui/notices.tsx';
import { Page } from './page.tsx';

interface AwaitedPageProps {
  title: string;
  error: CombinedError | undefined;
  onRetry: () => void;
}

/** A page whose main query has no answer yet, or failed. */
export function AwaitedPage({ title, error, onRetry }: AwaitedPageProps) {
  return <Page title={title}>{error ? <Failure error={error} onRetry={onRetry} /> : <Loading />}</Page>;
}
