import { useEffect, useMemo, useState } from 'react';
import { FilePreview, type PreviewedFile } from '../../artifacts/file-preview.tsx';
import { readPart } from '../../artifacts/preview/bytes.ts';
import { useT } from '../../lib/messages.tsx';
import { Button } from '../../ui/button.tsx';
import { Loading, Notice } from '../../ui/notices.tsx';
import { Chart } from '../charts/chart.tsx';
import type { Line } from '../charts/chart-data.ts';
import { BarsView } from './bars-view.tsx';
import { HistogramView } from './histogram-view.tsx';
import { MatrixView } from './matrix-view.tsx';
import styles from './media.module.css';
import { type CurvesPlot, type DrawnPlot, readPlot } from './plot-spec.ts';

const MOST_BYTES = 8 * 1024 * 1024;

/** A plot that a run logged: drawn where we can, else, and on request, its document. */
export function PlotView({ file }: { file: PreviewedFile }) {
  const t = useT();
  const { plot, error } = usePlot(file);
  const [isSource, setSource] = useState(false);
  if (error) return <Notice tone="danger">{error}</Notice>;
  if (!plot) return <Loading lines={3} />;
  if (plot.sort === 'other') {
    return (
      <figure className={styles.figure}>
        <p className={styles.muted}>{t('runs.plotNotDrawn')}</p>
        <FilePreview file={file} />
      </figure>
    );
  }
  return (
    <figure className={`${styles.figure} ${styles.plot}`}>
      <Drawn plot={plot} />
      <span>
        <Button look="quiet" aria-expanded={isSource} onPress={() => setSource(!isSource)}>
          {t('runs.plotSource')}
        </Button>
      </span>
      {isSource && <FilePreview file={file} />}
    </figure>
  );
}

function Drawn({ plot }: { plot: Exclude<DrawnPlot, { sort: 'other' }> }) {
  if (plot.sort === 'matrix') return <MatrixView plot={plot} />;
  if (plot.sort === 'curves') return <Curves plot={plot} />;
  if (plot.sort === 'bars') return <BarsView title={plot.title} name={plot.y} value={plot.x} bars={plot.bars} />;
  const name = plot.title ? `${plot.title} · ${plot.x}` : plot.x;
  return <HistogramView histogram={plot.histogram} name={name} />;
}

function usePlot(file: PreviewedFile): { plot: DrawnPlot | null; error: string | null } {
  const [plot, setPlot] = useState<DrawnPlot | null>(null);
  const [error, setError] = useState<string | null>(null);
  const { url, size } = file;
  useEffect(() => {
    const stop = new AbortController();
    if (size > MOST_BYTES) {
      setPlot({ sort: 'other' });
      return;
    }
    readPart(url, 0, MOST_BYTES, stop.signal)
      .then((part) => !stop.signal.aborted && setPlot(readPlot(JSON.parse(new TextDecoder().decode(part.bytes)))))
      .catch((reason: unknown) => !stop.signal.aborted && setError(String(reason)));
    return () => stop.abort();
  }, [url, size]);
  return { plot, error };
}

function Curves({ plot }: { plot: CurvesPlot }) {
  const lines = useMemo(
    () =>
      plot.curves.map(
        (curve, place): Line => ({
          id: curve.label,
          label: curve.label,
          place,
          steps: curve.xs,
          xs: curve.xs,
          ys: curve.ys,
          count: curve.xs.length,
        }),
      ),
    [plot],
  );
  const { title, x, y, arePoints, names, range } = plot;
  const drawing = useMemo(() => ({ x, y, arePoints, names, range }), [x, y, arePoints, names, range]);
  const view = { axis: plot.isTime ? 'time' : 'step', isLog: false, smoothing: 0 } as const;
  return <Chart name={title || `${y} / ${x}`} lines={lines} view={view} drawing={drawing} />;
}
