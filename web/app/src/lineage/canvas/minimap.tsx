// The whole graph in a corner, and what of it is on the screen. Pressing it looks there.
import { useEffect, useRef } from 'react';
import { useT } from '../../lib/messages.tsx';
import { centreOn, type Size, visibleArea } from './camera.ts';
import { drawBoxes } from './draw-cards.ts';
import styles from './graph-canvas.module.css';
import type { Palette } from './palette.ts';
import type { Renderer } from './renderer.ts';
import type { Scene } from './scene.ts';

const SIZE: Size = { width: 184, height: 116 };
const MARGIN = 6;

interface MinimapProps {
  renderer: Renderer;
  /** Called when something was drawn; returns what ends that. */
  onDrawn: (listener: () => void) => () => void;
}

export function Minimap({ renderer, onDrawn }: MinimapProps) {
  const t = useT();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pen = canvas.current?.getContext('2d');
    if (!canvas.current || !pen) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.current.width = SIZE.width * ratio;
    canvas.current.height = SIZE.height * ratio;
    const whole = new Whole(ratio);
    const draw = () => {
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.drawImage(whole.of(renderer), 0, 0);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawSight(pen, renderer);
    };
    draw();
    return onDrawn(draw);
  }, [renderer, onDrawn]);

  const look = (event: React.PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    const { k, x, y } = scaleOf(renderer.scene);
    const at = { x: (event.clientX - box.left - x) / k, y: (event.clientY - box.top - y) / k };
    renderer.moveTo(centreOn(at, renderer.camera.k, renderer.size));
  };
  return (
    <canvas
      ref={canvas}
      className={styles.minimap}
      role="img"
      aria-label={t('lineage.minimap')}
      style={SIZE}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        look(event);
      }}
      onPointerMove={look}
    />
  );
}

/** The boxes of a scene, drawn once for as long as it and the colours stay. */
class Whole {
  readonly #image = document.createElement('canvas');
  readonly #ratio: number;
  #scene: Scene | null = null;
  #palette: Palette | null = null;

  constructor(ratio: number) {
    this.#ratio = ratio;
    this.#image.width = SIZE.width * ratio;
    this.#image.height = SIZE.height * ratio;
  }

  of(renderer: Renderer): HTMLCanvasElement {
    const { scene, palette, texts } = renderer;
    const pen = this.#image.getContext('2d', { alpha: false });
    if (!pen || (scene === this.#scene && palette === this.#palette)) return this.#image;
    this.#scene = scene;
    this.#palette = palette;
    pen.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    pen.fillStyle = palette.surface;
    pen.fillRect(0, 0, SIZE.width, SIZE.height);
    const { k, x, y } = scaleOf(scene);
    pen.setTransform(this.#ratio * k, 0, 0, this.#ratio * k, this.#ratio * x, this.#ratio * y);
    drawBoxes(pen, scene, palette, texts);
    return this.#image;
  }
}

function drawSight(pen: CanvasRenderingContext2D, renderer: Renderer): void {
  const { k, x, y } = scaleOf(renderer.scene);
  const seen = visibleArea(renderer.camera, renderer.size);
  const left = Math.max(1, seen.left * k + x);
  const top = Math.max(1, seen.top * k + y);
  const right = Math.min(SIZE.width - 1, seen.right * k + x);
  const bottom = Math.min(SIZE.height - 1, seen.bottom * k + y);
  pen.strokeStyle = renderer.palette.focus;
  pen.lineWidth = 1.5;
  pen.strokeRect(left, top, Math.max(2, right - left), Math.max(2, bottom - top));
}

function scaleOf(scene: Scene): { k: number; x: number; y: number } {
  const { area } = scene;
  const width = Math.max(1, area.right - area.left);
  const height = Math.max(1, area.bottom - area.top);
  const k = Math.min((SIZE.width - 2 * MARGIN) / width, (SIZE.height - 2 * MARGIN) / height);
  return {
    k,
    x: (SIZE.width - (area.left + area.right) * k) / 2,
    y: (SIZE.height - (area.top + area.bottom) * k) / 2,
  };
}
