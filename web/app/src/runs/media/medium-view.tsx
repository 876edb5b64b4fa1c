import { lazy, Suspense, useState } from 'react';
import { FilePreview } from '../../artifacts/file-preview.tsx';
import { useT } from '../../lib/messages.tsx';
import { Button } from '../../ui/button.tsx';
import { Loading, Notice } from '../../ui/notices.tsx';
import { isObject, type Medium } from '../documents.ts';
import { HistogramView } from './histogram-view.tsx';
import styles from './media.module.css';
import { boxesOf, fileOf, histogramOf } from './media.ts';
import { PlotView } from './plot-view.tsx';

const TableGrid = lazy(() => import('./table-grid.tsx'));

interface MediumViewProps {
  medium: Medium;
  runPath: string;
  name: string;
}

/** A medium as what it is. HTML and all that could run is shown as text, by the preview of files. */
export function MediumView({ medium, runPath, name }: MediumViewProps) {
  const t = useT();
  const file = fileOf(runPath, medium);
  const histogram = histogramOf(medium);
  if (histogram) return <HistogramView histogram={histogram} name={name} />;
  if (!file) return <Notice tone="info">{t('runs.unknownMedium', { kind: medium._type })}</Notice>;
  if (medium._type === 'image') return <ImageView medium={medium} address={file.url} name={name} />;
  if (medium._type === 'plot') return <PlotView file={file} />;
  if (medium._type === 'table') {
    return (
      <Suspense fallback={<Loading />}>
        <TableGrid file={file} name={name} />
      </Suspense>
    );
  }
  return (
    <figure className={styles.figure}>
      <FilePreview file={file} />
      <Caption medium={medium} />
    </figure>
  );
}

function ImageView({ medium, address, name }: { medium: Medium; address: string; name: string }) {
  const t = useT();
  const [isLarge, setLarge] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const caption = typeof medium.caption === 'string' ? medium.caption : null;
  const boxes = boxesOf(medium);
  const masks = isObject(medium.masks) ? Object.keys(medium.masks) : [];
  if (isBroken) return <Notice>{t('runs.brokenImage')}</Notice>;
  return (
    <figure className={`${styles.figure} ${isLarge ? styles.large : ''}`}>
      <button
        type="button"
        className={styles.picture}
        aria-pressed={isLarge}
        aria-label={t(isLarge ? 'runs.smaller' : 'runs.larger', { name: caption ?? name })}
        onClick={() => setLarge(!isLarge)}
      >
        <img
          src={`${address}?preview`}
          alt={caption ?? name}
          className={styles.image}
          onError={() => setBroken(true)}
        />
        {boxes.length > 0 && (
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" className={styles.boxes} aria-hidden="true">
            {boxes.map((box, index) => (
              <rect key={index} x={box.left} y={box.top} width={box.width} height={box.height} />
            ))}
          </svg>
        )}
      </button>
      <Caption medium={medium} />
      {boxes.length > 0 && (
        <p className={styles.muted} dir="auto">
          {t('runs.boxes', { count: boxes.length })} {[...new Set(boxes.map((box) => box.label))].join(', ')}
        </p>
      )}
      {masks.length > 0 && (
        <p className={styles.muted} dir="auto">
          {t('runs.masks', { count: masks.length })} {masks.join(', ')}
        </p>
      )}
    </figure>
  );
}

function Caption({ medium }: { medium: Medium }) {
  const t = useT();
  const [isWhole, setWhole] = useState(false);
  if (typeof medium.caption !== 'string' || medium.caption === '') return null;
  const isLong = medium.caption.length > 120;
  return (
    <figcaption className={styles.caption} dir="auto">
      {isLong && !isWhole ? `${medium.caption.slice(0, 120)} …` : medium.caption}
      {isLong && (
        <Button look="quiet" onPress={() => setWhole(!isWhole)}>
          {isWhole ? t('runs.less') : t('runs.more')}
        </Button>
      )}
    </figcaption>
  );
}
