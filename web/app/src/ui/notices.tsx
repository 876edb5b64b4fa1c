// What a page says when it has no data: still loading, failed, nothing there yet, not found.
import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { type MessageKey, useT } from '../lib/messages.tsx';
import { useIsLate } from '../lib/patience.ts';
import { askService, isUnanswered } from '../lib/service.ts';
import { Button } from './button.tsx';
import { CodeBlock, CopyButton } from './copy.tsx';
import styles from './notices.module.css';

const PATIENCE_MS = 150;

/** Grey lines in place of what is loading, after a moment in which it may well arrive. */
export function Loading({ lines = 6 }: { lines?: number }) {
  const t = useT();
  const isLate = useIsLate(PATIENCE_MS);
  if (!isLate) return null;
  return (
    <div role="status" aria-label={t('ui.loading')} className={styles.skeleton}>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <span key={line} className={styles.line} />
      ))}
    </div>
  );
}

interface FailureProps {
  /** What did not work; without it, what kind of failure it was. */
  title?: MessageKey;
  error: CombinedError;
  onRetry?: () => void;
}

/** What failed, the id under which the server's log has it, and a way to try again. */
export function Failure({ title, error, onRetry }: FailureProps) {
  const t = useT();
  const { message, requestId } = describeError(error);
  // What a browser says of a request without an answer helps nobody; the frame tells what to do.
  const hasNoAnswer = isUnanswered(error);
  return (
    <div role="alert" className={`${styles.notice} ${styles.failure}`}>
      <strong>{t(title ?? (hasNoAnswer ? 'silence.title' : 'ui.failed'))}</strong>
      {!hasNoAnswer && <span dir="auto">{message}</span>}
      {requestId && (
        <span className={styles.request}>
          {t('ui.requestId')} <code>{requestId}</code> <CopyButton text={requestId} label={t('ui.copyRequestId')} />
        </span>
      )}
      {onRetry && (
        <span>
          <Button onPress={onRetry}>{t('ui.retry')}</Button>
        </span>
      )}
    </div>
  );
}

/** In place of a part of the page that could not be loaded. */
export function Unloaded() {
  const t = useT();
  return (
    <div role="alert" className={`${styles.notice} ${styles.failure}`}>
      {t('silence.part')}
      <Button onPress={() => void askService()}>{t('ui.retry')}</Button>
    </div>
  );
}

/** What the service said of an error, and its request id. */
export function describeError(error: CombinedError): { message: string; requestId: string | null } {
  const first = error.graphQLErrors[0];
  const requestId = first?.extensions.requestId;
  return {
    message: first?.message ?? error.networkError?.message ?? error.message,
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}

/** A place with nothing in it yet: what belongs here, and the lines that put it there. */
export function Empty({ title, children, code }: { title: string; children?: ReactNode; code?: string }) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {code && <CodeBlock code={code} />}
    </div>
  );
}

/** There is no such thing, or the viewer may not see it: the two look the same on purpose. */
export function Missing({ what }: { what: MessageKey }) {
  const t = useT();
  return <Empty title={t(what)}>{t('ui.missingHint')}</Empty>;
}

/** A line that wants attention: a recall, an incomplete answer. */
export function Notice({ children, tone = 'warning' }: { children: ReactNode; tone?: 'warning' | 'danger' | 'info' }) {
  return (
    <div role="note" className={`${styles.notice} ${styles[tone]}`}>
      {children}
    </div>
  );
}
