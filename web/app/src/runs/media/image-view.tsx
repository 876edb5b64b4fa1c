import { type CSSProperties, useState } from 'react';
import { useT } from '../../lib/messages.tsx';
import { Notice } from '../../ui/notices.tsx';
import { asNumber, type Medium } from '../documents.ts';
import { Caption } from './caption.tsx';
import { MaskLayer } from './mask-layer.tsx';
import { type Mask, masksOf, type ShownMasks } from './masks.ts';
import styles from './media.module.css';
import { boxesOf } from './media.ts';

interface ImageViewProps {
  medium: Medium;
  runPath: string;
  address: string;
  name: string;
  masks: ShownMasks;
}

/** An image with its boxes and masks over it; larger when it is pressed. */
export function ImageView({ medium, runPath, address, name, masks }: ImageViewProps) {
  const t = useT();
  const [isLarge, setLarge] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const caption = typeof medium.caption === 'string' && medium.caption !== '' ? medium.caption : name;
  const boxes = boxesOf(medium);
  const layers = masksOf(runPath, medium).filter((mask) => masks.switches.hasMask(mask.name));
  const ratio = (asNumber(medium.width) ?? 1) / (asNumber(medium.height) ?? 1);
  const labels = [...new Set(boxes.map((box) => box.label))].join(', ');
  if (isBroken) return <Notice>{t('runs.brokenImage')}</Notice>;
  const said = [
    caption,
    boxes.length > 0 && `${t('runs.boxes', { count: boxes.length })} ${labels}`,
    ...layers.map((mask) => `${t('runs.maskOf', { name: mask.name })}: ${classNames(mask, masks)}`),
  ];
  return (
    <figure className={`${styles.figure} ${isLarge ? styles.large : ''}`} style={{ '--ratio': ratio } as CSSProperties}>
      <button
        type="button"
        className={styles.picture}
        aria-pressed={isLarge}
        aria-label={t(isLarge ? 'runs.smaller' : 'runs.larger', { name: said.filter(Boolean).join('. ') })}
        onClick={() => setLarge(!isLarge)}
      >
        <img src={`${address}?preview`} alt="" className={styles.image} onError={() => setBroken(true)} />
        {layers.map((mask) => {
          const map = masks.maps.get(mask.url);
          const place = masks.groups.find((group) => group.name === mask.name)?.place ?? 0;
          return map && <MaskLayer key={mask.url} mask={mask} map={map} place={place} {...masks} />;
        })}
        {boxes.length > 0 && (
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" className={styles.boxes} aria-hidden="true">
            {boxes.map((box, index) => (
              <rect key={index} x={box.left} y={box.top} width={box.width} height={box.height} />
            ))}
          </svg>
        )}
        {isLarge &&
          boxes.map((box, index) => (
            <span
              key={index}
              aria-hidden="true"
              dir="auto"
              className={styles.boxLabel}
              style={{ left: `${box.left * 100}%`, top: `${box.top * 100}%` }}
            >
              {box.label}
            </span>
          ))}
      </button>
      <Caption medium={medium} />
      {boxes.length > 0 && (
        <p className={styles.muted} dir="auto">
          {t('runs.boxes', { count: boxes.length })} {labels}
        </p>
      )}
    </figure>
  );
}

/** The classes of a mask that are shown, by name. */
function classNames(mask: Mask, { groups, switches }: ShownMasks): string {
  const classes = groups.find((group) => group.name === mask.name)?.classes ?? [];
  return classes
    .filter((one) => switches.hasClass(mask.name, one))
    .map((one) => one.label)
    .join(', ');
}
