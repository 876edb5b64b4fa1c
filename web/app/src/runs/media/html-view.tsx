import { useEffect, useState } from 'react';
import { FilePreview, type PreviewedFile, Unread } from '../../artifacts/file-preview.tsx';
import { readPart } from '../../artifacts/preview/bytes.ts';
import { errorOf } from '../../lib/errors.ts';
import { useT } from '../../lib/messages.tsx';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/notices.tsx';
import { framedPage, styleNonce } from './html-page.ts';
import styles from './media.module.css';

const MOST_BYTES = 2 * 1024 * 1024;

/** A page that a run logged, in a frame that runs nothing and asks for nothing; its text on request. */
export function HtmlView({ file, name }: { file: PreviewedFile; name: string }) {
  const t = useT();
  const { url, size } = file;
  const [page, setPage] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isSource, setSource] = useState(false);
  const isTooLarge = size > MOST_BYTES;
  useEffect(() => {
    if (isTooLarge) return;
    const stop = new AbortController();
    readPart(url, 0, MOST_BYTES, stop.signal)
      .then(({ bytes }) => setPage(framedPage(new TextDecoder().decode(bytes), styleNonce())))
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setError(errorOf(reason));
      });
    return () => stop.abort();
  }, [url, isTooLarge]);
  if (isTooLarge) return <FilePreview file={file} />;
  if (error) return <Unread error={error} />;
  if (page === null) return <Loading lines={3} />;
  return (
    <div className={styles.page}>
      <iframe title={t('runs.pageOf', { name })} sandbox="" srcDoc={page} />
      <span className={styles.muted}>
        {t('runs.pageFramed')}{' '}
        <Button look="quiet" aria-expanded={isSource} onPress={() => setSource(!isSource)}>
          {t('runs.plotSource')}
        </Button>
      </span>
      {isSource && <FilePreview file={file} />}
    </div>
  );
}
