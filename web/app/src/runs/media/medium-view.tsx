import { Suspense } from 'react';
import { FilePreview } from '../../artifacts/file-preview.tsx';
import { useT } from '../../lib/messages.tsx';
import { lazyPart } from '../../ui/lazy-part.tsx';
import { Loading, Notice } from '../../ui/notices.tsx';
import type { Medium } from '../documents.ts';
import { Caption } from './caption.tsx';
import { HistogramView } from './histogram-view.tsx';
import { HtmlView } from './html-view.tsx';
import { ImageView } from './image-view.tsx';
import type { ShownMasks } from './masks.ts';
import styles from './media.module.css';
import { fileOf, histogramOf } from './media.ts';
import { PlotView } from './plot-view.tsx';

const TableGrid = lazyPart(() => import('./table-grid.tsx'));

interface MediumViewProps {
  medium: Medium;
  runPath: string;
  name: string;
  masks: ShownMasks;
}

/** A medium as what it is. Nothing of it is ever run: pages are framed, and what else could run is shown as text. */
export function MediumView({ medium, runPath, name, masks }: MediumViewProps) {
  const t = useT();
  const file = fileOf(runPath, medium);
  const histogram = histogramOf(medium);
  if (histogram) return <HistogramView histogram={histogram} name={name} />;
  if (!file) return <Notice tone="info">{t('runs.unknownMedium', { kind: medium._type })}</Notice>;
  if (medium._type === 'image') {
    return <ImageView medium={medium} runPath={runPath} address={file.url} name={name} masks={masks} />;
  }
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
      {medium._type === 'plotly' && <p className={styles.muted}>{t('runs.plotlyNotDrawn')}</p>}
      {medium._type === 'html' ? <HtmlView file={file} name={name} /> : <FilePreview file={file} />}
      <Caption medium={medium} />
    </figure>
  );
}
