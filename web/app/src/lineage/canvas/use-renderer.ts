// The life of a renderer in a component: its size, colours, scenes, and where its camera goes.
import { type RefObject, useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useT } from '../../lib/messages.tsx';
import { onThemeChange } from '../../lib/theme.ts';
import { type Camera, centreOn, fill, fit, keep, pan, readCamera, reveal, writeCamera, zoomAt } from './camera.ts';
import type { Point } from './gestures.ts';
import { areaOf } from './grid.ts';
import { HEAD_HEIGHT, Renderer } from './renderer.ts';
import { type Card, cardsInSight, type Marks, type Scene } from './scene.ts';

const EASE_MS = 200;
const STILL_MS = 250;
const MOST_SPOKEN = 300;
/** A graph that only fits smaller than this begins at its focus, large enough to be read. */
const READABLE = 0.62;
const TELLING = 0.45;
const BEGINNING = 0.85;

export function easeTime(): number {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : EASE_MS;
}

interface Options {
  scene: Scene;
  marks: Pick<Marks, 'selected' | 'matches' | 'steps'>;
  anchor: string | null;
  camera: string | null;
  onCamera: (camera: string) => void;
}

export interface View {
  pan: (dx: number, dy: number) => void;
  zoomAt: (at: Point, factor: number) => void;
  zoomBy: (factor: number) => void;
  fit: () => void;
  actualSize: (id: string | null) => void;
  reveal: (id: string) => void;
  elementId: (id: string) => string;
  /** What a screen reader calls the thing. */
  description: string;
  inSight: readonly Card[];
}

export function useRenderer(options: Options, { hovered, hasFocus }: { hovered: string | null; hasFocus: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const renderer = useRef<Renderer | null>(null);
  const listeners = useRef(new Set<() => void>());
  const onDrawn = useCallback((listener: () => void) => {
    listeners.current.add(listener);
    return () => void listeners.current.delete(listener);
  }, []);
  const current = useRef(options);
  current.current = options;
  const [inSight, setInSight] = useState<readonly Card[]>([]);
  const still = useRef<ReturnType<typeof setTimeout>>(undefined);

  const settle = useCallback((isMoved: boolean) => {
    clearTimeout(still.current);
    still.current = setTimeout(() => {
      const { scene, camera, size } = renderer.current ?? {};
      if (!scene || !camera || !size) return;
      setInSight(cardsInSight(scene, camera, size, MOST_SPOKEN));
      if (isMoved) current.current.onCamera(writeCamera(camera, size));
    }, STILL_MS);
  }, []);

  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element?.parentElement) return;
    const made = new Renderer(element);
    made.onDrawn = () => {
      for (const listener of listeners.current) listener();
    };
    renderer.current = made;
    const measure = () => {
      const box = element.parentElement?.getBoundingClientRect();
      if (box && box.width > 0) made.resize({ width: box.width, height: box.height });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element.parentElement);
    const endTheme = onThemeChange(() => made.recolour());
    return () => {
      observer.disconnect();
      endTheme();
      clearTimeout(still.current);
      made.destroy();
      renderer.current = null;
    };
  }, []);

  const { scene, marks } = options;
  useLayoutEffect(() => {
    const made = renderer.current;
    if (!made || made.scene === scene) return;
    const isFirst = made.scene.cards.length === 0;
    const camera = isFirst ? beginning(scene, made, current.current) : following(scene, made, current.current.anchor);
    made.show(scene, camera, isFirst ? 0 : easeTime());
    performance.mark('lineage:shown', { detail: scene.cards.length });
    settle(false);
  }, [scene, settle]);

  const { selected, matches, steps } = marks;
  useEffect(() => {
    renderer.current?.mark({ selected, matches, steps, hovered, hasFocus });
  }, [selected, matches, steps, hovered, hasFocus]);

  const view = useView(renderer, settle);
  return useMemo(() => ({ renderer, canvas, onDrawn, view: { ...view, inSight } }), [onDrawn, view, inSight]);
}

function useView(renderer: RefObject<Renderer | null>, settle: (isMoved: boolean) => void): Omit<View, 'inSight'> {
  const t = useT();
  const prefix = useId();
  return useMemo(() => {
    const go = (next: (made: Renderer) => Camera | null, duration = 0) => {
      const made = renderer.current;
      const camera = made && next(made);
      if (!made || !camera) return;
      made.moveTo(camera, duration);
      settle(true);
    };
    const middle = (made: Renderer) => ({ x: made.size.width / 2, y: made.size.height / 2 });
    return {
      pan: (dx, dy) => go((made) => pan(made.target, dx, dy)),
      zoomAt: (at, factor) => go((made) => zoomAt(made.target, at, factor)),
      zoomBy: (factor) => go((made) => zoomAt(made.target, middle(made), factor), easeTime()),
      fit: () => go((made) => fit(made.scene.area, made.size, HEAD_HEIGHT), easeTime()),
      actualSize: (id) =>
        go((made) => {
          const card = made.scene.byId.get(id ?? '') ?? made.scene.cards.find((one) => one.isFocus);
          if (!card) return zoomAt(made.target, middle(made), 1 / made.target.k);
          return centreOn(middleOfCard(card), 1, made.size, HEAD_HEIGHT);
        }, easeTime()),
      reveal: (id) =>
        go((made) => {
          const card = made.scene.byId.get(id);
          return card ? reveal(made.target, areaOf(card), made.size, HEAD_HEIGHT) : null;
        }, easeTime()),
      elementId: (id) => `${prefix}-${id}`,
      description: t('lineage.roleDescription'),
    };
  }, [renderer, settle, prefix, t]);
}

/** Where one looks first: where the address says, else at everything, else at the focus. */
function beginning(scene: Scene, { size }: Renderer, { camera }: Options): Camera {
  const told = camera ? readCamera(camera, size) : null;
  if (told) return told;
  const whole = fit(scene.area, size, HEAD_HEIGHT);
  const focus = scene.cards.find((card) => card.isFocus) ?? scene.cards.toSorted((one, other) => one.x - other.x)[0];
  // Without a focus the whole is what is looked at, as long as its shapes can be told apart.
  const enough = scene.cards.some((card) => card.isFocus) ? READABLE : TELLING;
  if (whole.k >= enough || !focus) return whole;
  return fill(centreOn(middleOfCard(focus), BEGINNING, size, HEAD_HEIGHT), scene.area, size, HEAD_HEIGHT);
}

/** The camera for another scene: the anchor stays where it was on the screen. */
function following(scene: Scene, made: Renderer, anchor: string | null): Camera {
  const focus = made.scene.cards.find((card) => card.isFocus)?.id;
  for (const id of [anchor, focus]) {
    const before = made.scene.byId.get(id ?? '');
    const after = scene.byId.get(id ?? '');
    if (before && after) return keep(made.target, before, after);
  }
  return scene.cards.some((card) => made.scene.byId.has(card.id))
    ? made.target
    : fit(scene.area, made.size, HEAD_HEIGHT);
}

function middleOfCard(card: Card): Point {
  return { x: card.x + card.width / 2, y: card.y + card.height / 2 };
}
