import { useEffect, useRef } from 'react';
import { stripesOf } from './mask-legend.tsx';
import styles from './masks.module.css';
import { type Colour, type Mask, paint, type Switches } from './masks.ts';
import type { ClassMap } from './png-classes.ts';

interface MaskLayerProps {
  mask: Mask;
  map: ClassMap;
  place: number;
  switches: Switches;
  colourOf: (number: number) => Colour;
}

/** A mask over its image: a clear colour for each class that is shown. */
export function MaskLayer({ mask, map, place, switches, colourOf }: MaskLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const pixels = paint(map, (number) => {
      const label = mask.labels[number] ?? String(number);
      return switches.hasClass(mask.name, { number, label }) ? colourOf(number) : null;
    });
    context.putImageData(new ImageData(pixels, map.width, map.height), 0, 0);
  }, [map, mask, switches, colourOf]);
  return (
    <canvas ref={canvas} width={map.width} height={map.height} className={`${styles.layer} ${stripesOf(place)}`} />
  );
}
