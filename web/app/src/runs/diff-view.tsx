import { useEffect, useState } from 'react';
import type { PreviewedFile } from '../artifacts/file-preview.tsx';
import { fileAddress, readPart } from '../artifacts/preview/bytes.ts';
import { useT } from '../lib/messages.tsx';
import { Loading, Notice } from '../ui/notices.tsx';
import { type DiffLine, parseDiff } from './diff.ts';
import styles from './diff-view.module.css';

const MOST_BYTES = 512 * 1024;

/** The difference to the commit: added and removed lines have a sign, not only a colour. */
export function DiffView({ file }: { file: PreviewedFile }) {
  const t = useT();
  const [lines, setLines] = useState<readonly DiffLine[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isCut, setCut] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    readPart(file.url, 0, MOST_BYTES, stop.signal)
      .then((part) => {
        if (stop.signal.aborted) return;
        setLines(parseDiff(new TextDecoder().decode(part.bytes)));
        setCut(file.size > MOST_BYTES);
      })
      .catch((reason: unknown) => !stop.signal.aborted && setError(String(reason)));
    return () => stop.abort();
  }, [file]);
  if (error) return <Notice tone="danger">{error}</Notice>;
  if (!lines) return <Loading />;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className={styles.diff} tabIndex={0}>
        {lines.map((line) => (
          <span key={line.number} className={styles[line.kind]}>
            {line.text}
            {'\n'}
          </span>
        ))}
      </pre>
      <p>
        {isCut && t('runs.diffCut')}{' '}
        <a href={fileAddress(file.url)} download>
          {t('runs.downloadDiff')}
        </a>
      </p>
    </>
  );
}
