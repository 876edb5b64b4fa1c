import { useEffect, useState } from 'react';
import { errorOf } from '../lib/errors.ts';
import { formatBytes } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { Icon } from '../ui/icons.tsx';
import { Loading, Notice } from '../ui/notices.tsx';
import { fileAddress } from './preview/bytes.ts';
import { FileTable } from './preview/file-table.tsx';
import { loadPreview, MOST_BYTES, MOST_IMAGE_BYTES, type Preview } from './preview/load.ts';
import styles from './preview/preview.module.css';
import { isServedAsImage, previewKind } from './preview/preview-kind.ts';
import { DamagedFileError, UnknownPackingError } from './preview/unreadable.ts';

export interface PreviewedFile {
  path: string;
  size: number;
  /** Its plain address, as the API gives it. */
  url: string;
  digest: string | null;
  /** Where the bytes lie when they are not stored here. */
  reference: string | null;
}

/** A file of a version or of a run: its facts, a download, and what can be shown of it without running anything. */
export function FilePreview({ file }: { file: PreviewedFile }) {
  const t = useT();
  const { locale } = useLanguage();
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  return (
    <section className={styles.preview} aria-label={t('preview.of', { name })}>
      <header className={styles.facts}>
        <h3 dir="auto">{name}</h3>
        <CopyButton text={file.path} label={t('preview.copyPath')} />
        <span className={styles.muted}>{formatBytes(file.size, locale)}</span>
        {file.digest && (
          <span className={styles.digest}>
            <code title={file.digest}>{file.digest.slice(0, 19)}…</code>
            <CopyButton text={file.digest} label={t('preview.copyDigest')} />
          </span>
        )}
        {!file.reference && (
          <a className={styles.download} href={fileAddress(file.url)} download={name}>
            <Icon name="download" /> {t('preview.download')}
          </a>
        )}
      </header>
      {file.reference ? (
        <Notice tone="info">
          {t('preview.reference')} <code dir="auto">{file.reference}</code>
          <CopyButton text={file.reference} />
        </Notice>
      ) : (
        <Contents key={file.url} file={file} name={name} />
      )}
    </section>
  );
}

/** The content itself. Sound, film and the usual images come from their address; all else is read and drawn here. */
function Contents({ file, name }: { file: PreviewedFile; name: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const kind = previewKind(file.path);
  const address = fileAddress(file.url);
  const [hasFailed, setFailed] = useState(false);
  if (hasFailed) return <Notice>{t('preview.unreadable')}</Notice>;
  if (kind === 'audio') {
    return (
      // biome-ignore lint/a11y/useMediaCaption: what others stored has no captions.
      <audio controls preload="metadata" src={address} className={styles.sound} onError={() => setFailed(true)} />
    );
  }
  if (kind === 'video') {
    // biome-ignore lint/a11y/useMediaCaption: what others stored has no captions.
    return <video controls preload="metadata" src={address} className={styles.image} onError={() => setFailed(true)} />;
  }
  if (isServedAsImage(file.path)) {
    return <img src={`${address}?preview`} alt={name} className={styles.image} onError={() => setFailed(true)} />;
  }
  if ((kind === 'image' || kind === 'svg') && file.size > MOST_IMAGE_BYTES) {
    return <Notice tone="info">{t('preview.tooLarge', { size: formatBytes(file.size, locale) })}</Notice>;
  }
  return <ReadContents file={file} name={name} />;
}

function ReadContents({ file, name }: { file: PreviewedFile; name: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const { preview, error, retry } = usePreview(file);
  if (error) return <Unread error={error} onRetry={retry} />;
  if (!preview) return <Loading />;
  if (preview.sort === 'image') {
    return <img src={preview.source} alt={name} className={styles.image} />;
  }
  if (preview.sort === 'too-large') {
    return <Notice tone="info">{t('preview.tooLarge', { size: formatBytes(file.size, locale) })}</Notice>;
  }
  if (preview.sort === 'table') return <FileTable {...preview} />;
  const isCut = preview.sort === 'text' && preview.isCut;
  return (
    <>
      {preview.sort === 'hex' && <p className={styles.muted}>{t('preview.binary')}</p>}
      {isCut && <p className={styles.muted}>{t('preview.first', { size: formatBytes(MOST_BYTES, locale) })}</p>}
      {file.size === 0 && <p className={styles.muted}>{t('preview.empty')}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className={styles.text} tabIndex={0} dir="auto">
        {preview.text}
      </pre>
    </>
  );
}

/** Why a file cannot be shown: what it is, or why it did not arrive, which may change. */
export function Unread({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const t = useT();
  let reason = <span dir="auto">{error.message}</span>;
  if (error instanceof DamagedFileError) reason = <span>{t('preview.damaged')}</span>;
  if (error instanceof UnknownPackingError) reason = <span>{t('preview.packed', { packing: error.packing })}</span>;
  const isFinal = error instanceof DamagedFileError || error instanceof UnknownPackingError;
  return (
    <Notice tone="danger">
      <strong>{t('preview.failed')}</strong> {reason}
      {onRetry && !isFinal && <Button onPress={onRetry}>{t('ui.retry')}</Button>}
    </Notice>
  );
}

function usePreview(file: PreviewedFile): { preview: Preview | null; error: Error | null; retry: () => void } {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [attempt, setAttempt] = useState(0);
  const { path, size, url } = file;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again.
  useEffect(() => {
    const stop = new AbortController();
    setError(null);
    loadPreview({ path, size, url }, previewKind(path), stop.signal)
      .then((found) => !stop.signal.aborted && setPreview(found))
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setError(errorOf(reason));
      });
    return () => stop.abort();
  }, [path, size, url, attempt]);
  return { preview, error, retry: () => setAttempt((before) => before + 1) };
}
