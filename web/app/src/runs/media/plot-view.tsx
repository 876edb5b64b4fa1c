import { useEffect, useMemo, useState } from 'react';
import { FilePreview, type PreviewedFile } from '../../artifacts/file-preview.tsx';
import { readPart } from '../../artifacts/preview/bytes.ts';
import { formatCount } from '../../lib/format.ts';
import { useLanguage, useT } from '../../lib/messages.tsx';
import { Button } from '../../ui/button.tsx';
import { Loading, Notice } from '../../ui/notices.tsx';
import { Chart } from '../charts/chart.tsx';
import type { Line } from '../charts/chart-data.ts';
import styles from './media.module.css';
import { cellKey, type DrawnPlot, readPlot } from './plot-spec.ts';

const MOST_BYTES = 8 * 1024 * 1024;
const VIEW = { axis: 'step', isLog: false, smoothing: 0 } as const;

/** A plot that a run logged: drawn where we can, else, and on request, its document. */
export function PlotView({ file }: { file: PreviewedFile }) {
  const t = useT();
  const { plot, error } = usePlot(file);
  const [isSource, setSource] = useState(false);
  if (error) return <Notice tone="danger">{error}</Notice>;
  if (!plot) return <Loading lines={3} />;
  if (plot.sort === 'other') return <FilePreview file={file} />;
  return (
    <figure className={`${styles.figure} ${styles.plot}`}>
      {plot.sort === 'matrix' ? <Matrix plot={plot} /> : <Curves plot={plot} />}
      <span>
        <Button look="quiet" aria-expanded={isSource} onPress={() => setSource(!isSource)}>
          {t('runs.plotSource')}
        </Button>
      </span>
      {isSource && <FilePreview file={file} />}
    </figure>
  );
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

function Matrix({ plot }: { plot: Extract<DrawnPlot, { sort: 'matrix' }> }) {
  const { locale } = useLanguage();
  const most = Math.max(1, ...plot.counts.values());
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className={styles.matrix} tabIndex={0} role="group" aria-label={plot.title ?? undefined}>
      <table>
        {plot.title && <caption dir="auto">{plot.title}</caption>}
        <thead>
          <tr>
            <th scope="col" dir="auto">
              {plot.y} ↓ {plot.x} →
            </th>
            {plot.names.map((name) => (
              <th key={name} scope="col" dir="auto">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {plot.names.map((row) => (
            <tr key={row}>
              <th scope="row" dir="auto">
                {row}
              </th>
              {plot.names.map((column) => {
                const count = plot.counts.get(cellKey(row, column)) ?? 0;
                const share = Math.round((count / most) * 45);
                const background = `color-mix(in srgb, var(--version-stroke) ${share}%, transparent)`;
                return (
                  <td key={column} style={{ background }}>
                    {formatCount(count, locale)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Curves({ plot }: { plot: Extract<DrawnPlot, { sort: 'curves' }> }) {
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
  const name = [plot.title, `${plot.y} / ${plot.x}`].filter(Boolean).join(' · ');
  return <Chart name={name} lines={lines} view={VIEW} />;
}
