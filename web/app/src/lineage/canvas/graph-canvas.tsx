// A graph on a canvas that can be moved, zoomed, and walked through with the arrow keys. Which graph it is, and what
// else its keys do, is the matter of whoever shows it.
import { type KeyboardEvent, type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { badgeAt } from './card-text.ts';
import { detailAt } from './draw-cards.ts';
import { listenToGestures, type Point } from './gestures.ts';
import styles from './graph-canvas.module.css';
import { Minimap } from './minimap.tsx';
import { type Card, type Marks, neighbourOf, type Scene } from './scene.ts';
import { SpokenCards } from './spoken-cards.tsx';
import { Tip } from './tip.tsx';
import { useRenderer } from './use-renderer.ts';

export interface GraphHandle {
  fit: () => void;
  actualSize: () => void;
  zoomBy: (factor: number) => void;
  /** Brings a card into sight, moving no more than needed. */
  reveal: (id: string) => void;
  focus: () => void;
}

type Way = 'upstream' | 'downstream';

interface GraphCanvasProps {
  scene: Scene;
  /** What the graph shows, in a line. */
  label: string;
  marks: Pick<Marks, 'selected' | 'matches' | 'steps'>;
  /** The card that keeps its place on the screen when another scene comes. */
  anchor: string | null;
  /** The camera that the address has. */
  camera: string | null;
  onCamera: (camera: string) => void;
  onSelect: (id: string | null) => void;
  /** A double click or Enter. */
  onActivate: (id: string, by: 'pointer' | 'key') => void;
  onExpand?: (id: string, way: Way, isAll: boolean) => void;
  handle: Ref<GraphHandle>;
}

const MINIMAP_FROM = 60;
const KEY_STEP = 60;
const ARROWS = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' } as const;

export function GraphCanvas(props: GraphCanvasProps) {
  const { scene, label, marks, onSelect, onActivate, onExpand, handle } = props;
  const area = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<{ card: Card; at: Point } | null>(null);
  const [hasFocus, setHasFocus] = useState(false);
  const { renderer, canvas, onDrawn, view } = useRenderer(props, { hovered: hovered?.card.id ?? null, hasFocus });

  const current = useRef(props);
  current.current = props;
  const cardAt = useCallback((at: Point) => renderer.current?.cardAt(at), [renderer]);

  useEffect(() => {
    const element = area.current;
    if (!element) return;
    return listenToGestures(element, {
      onPan: (dx, dy) => view.pan(dx, dy),
      onZoom: (at, factor) => view.zoomAt(at, factor),
      onHover: (at) => {
        const card = at && cardAt(at);
        setHovered(at && card ? { card, at } : null);
      },
      onClick: (at) => {
        const { onSelect: select, onExpand: expand } = current.current;
        const plane = renderer.current?.planeOf(at);
        const card = cardAt(at);
        if (!card || !plane) return select(null);
        const isReadable = detailAt(renderer.current?.camera.k ?? 0) !== 'box';
        const badge = isReadable ? badgeAt(card, plane.x, plane.y) : undefined;
        if (badge && !badge.isBarred) expand?.(card.id, badge.side === 'up' ? 'upstream' : 'downstream', false);
        else select(card.id);
      },
      onDoubleClick: (at) => {
        const card = cardAt(at);
        if (card) current.current.onActivate(card.id, 'pointer');
      },
    });
  }, [cardAt, renderer, view]);

  useImperativeHandle(
    handle,
    () => ({
      fit: () => view.fit(),
      actualSize: () => view.actualSize(marks.selected),
      zoomBy: (factor) => view.zoomBy(factor),
      reveal: (id) => view.reveal(id),
      focus: () => area.current?.focus(),
    }),
    [view, marks.selected],
  );

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.nativeEvent.isComposing || event.target !== event.currentTarget) return;
    const arrow = ARROWS[event.key as keyof typeof ARROWS];
    const { selected } = marks;
    if (arrow && event.shiftKey && (arrow === 'left' || arrow === 'right')) {
      if (selected) onExpand?.(selected, arrow === 'left' ? 'upstream' : 'downstream', event.altKey);
    } else if (arrow && selected && scene.byId.has(selected)) {
      const next = neighbourOf(scene, selected, arrow);
      if (next) {
        onSelect(next);
        view.reveal(next);
      } else if (arrow === 'left' || arrow === 'right') view.pan(arrow === 'left' ? KEY_STEP : -KEY_STEP, 0);
    } else if (arrow || event.key === 'Home') {
      const first = scene.cards.find((card) => card.isFocus) ?? scene.cards[0];
      if (first) {
        onSelect(first.id);
        view.reveal(first.id);
      }
    } else if (event.key === 'Enter' && selected) onActivate(selected, 'key');
    else if (event.key === 'Escape' && selected) onSelect(null);
    else return;
    event.preventDefault();
  }

  return (
    <div className={styles.frame}>
      <div
        ref={area}
        role="application"
        aria-roledescription={view.description}
        aria-label={label}
        aria-activedescendant={marks.selected ? view.elementId(marks.selected) : undefined}
        className={styles.graph}
        data-over={hovered ? 'card' : undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: one stop for the whole graph, walked through with arrows.
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => setHasFocus(true)}
        onBlur={() => setHasFocus(false)}
        data-graph=""
      >
        <canvas ref={canvas} className={styles.canvas} />
        <SpokenCards cards={view.inSight} selected={marks.selected} scene={scene} elementId={view.elementId} />
      </div>
      {hovered && <Tip card={hovered.card} at={hovered.at} width={area.current?.clientWidth ?? 0} />}
      {scene.cards.length >= MINIMAP_FROM && renderer.current && (
        <Minimap renderer={renderer.current} onDrawn={onDrawn} />
      )}
    </div>
  );
}
