// Draws a scene on a canvas, and draws again only when something changed.
import { type Area, between, type Camera, type Size, toPlane, visibleArea } from './camera.ts';
import { badgeAt } from './card-text.ts';
import { type Detail, detailAt, drawCards } from './draw-cards.ts';
import { drawLines } from './draw-lines.ts';
import { touches } from './grid.ts';
import { type Palette, readPalette } from './palette.ts';
import { brightCards, type Card, type Marks, makeScene, NO_MARKS, type Scene } from './scene.ts';
import { TextCache } from './text.ts';

/** Height of the strip with the names of the columns, in pixels of the screen. */
export const HEAD_HEIGHT = 26;
const MOST_RATIO = 2;
/** While the picture moves and there is much of it. */
const MOVING_RATIO = 1.5;
const MUCH = 1000;
const STILL_AFTER_MS = 150;
/** Around what is seen, as badges and rings stand out of cards. */
const SLACK = 16;

interface Motion {
  from: Camera;
  to: Camera;
  begun: number;
  duration: number;
}

/** Where cards were on the plane, in terms of now, while a new scene comes in. */
interface Entrance {
  shifts: ReadonlyMap<string, { x: number; y: number }>;
  fresh: ReadonlySet<string>;
  begun: number;
  duration: number;
}

export class Renderer {
  readonly #canvas: HTMLCanvasElement;
  readonly #pen: CanvasRenderingContext2D;
  readonly texts: TextCache;
  palette: Palette = readPalette();
  size: Size = { width: 1, height: 1 };
  scene: Scene = makeScene([], [], []);
  camera: Camera = { x: 0, y: 0, k: 1 };
  #marks: Marks = NO_MARKS;
  #motion: Motion | null = null;
  #entrance: Entrance | null = null;
  #frame = 0;
  /** Whether the scene was never painted. */
  #isFresh = false;
  #movedAt = 0;
  #stillTimer: ReturnType<typeof setTimeout> | undefined;
  /** Called after each frame. */
  onDrawn: () => void = () => {};

  constructor(canvas: HTMLCanvasElement) {
    const pen = canvas.getContext('2d', { alpha: false });
    const ruler = document.createElement('canvas').getContext('2d');
    if (!pen || !ruler) throw new Error('This browser has no canvas.');
    this.#canvas = canvas;
    this.#pen = pen;
    this.texts = new TextCache((text, font) => {
      ruler.font = font;
      return ruler.measureText(text).width;
    });
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#stillTimer);
    this.onDrawn = () => {};
  }

  resize(size: Size): void {
    this.size = size;
    this.draw();
  }

  recolour(): void {
    this.palette = readPalette();
    this.draw();
  }

  mark(marks: Marks): void {
    this.#marks = marks;
    this.draw();
  }

  /** Shows another scene. Cards that were there before come from where they were, new ones fade in. */
  show(scene: Scene, camera: Camera, duration: number): void {
    const before = this.scene;
    const old = this.camera;
    this.scene = scene;
    this.#motion = null;
    this.#isFresh = true;
    this.#place(camera);
    this.#entrance = duration > 0 && before.cards.length ? enter(before, old, scene, camera, duration) : null;
    this.draw();
  }

  moveTo(camera: Camera, duration = 0): void {
    this.#motion = duration > 0 ? { from: this.camera, to: camera, begun: performance.now(), duration } : null;
    if (!this.#motion) this.#place(camera);
    this.draw();
  }

  /** Where the camera is going, or is. */
  get target(): Camera {
    return this.#motion?.to ?? this.camera;
  }

  planeOf(at: { x: number; y: number }): { x: number; y: number } {
    return toPlane(this.camera, at);
  }

  /** The card under a point of the screen; its badges count as it. */
  cardAt(at: { x: number; y: number }): Card | undefined {
    if (at.y < HEAD_HEIGHT && this.scene.heads.length) return undefined;
    const { x, y } = toPlane(this.camera, at);
    return this.scene.grid.at(x, y) ?? this.scene.grid.within(around(x, y)).find((card) => badgeAt(card, x, y));
  }

  draw(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      this.#advance(now);
      this.#paint(now);
      if (this.#isFresh) performance.mark('lineage:drawn', { detail: this.scene.cards.length });
      this.#isFresh = false;
      this.onDrawn();
    });
  }

  #place(camera: Camera): void {
    if (camera === this.camera) return;
    this.camera = camera;
    this.#movedAt = performance.now();
    clearTimeout(this.#stillTimer);
    this.#stillTimer = setTimeout(() => this.draw(), STILL_AFTER_MS);
  }

  #advance(now: number): void {
    const motion = this.#motion;
    if (motion) {
      const share = Math.min(1, Math.max(0, (now - motion.begun) / motion.duration));
      if (share >= 1) this.#motion = null;
      this.#place(share >= 1 ? motion.to : between(motion.from, motion.to, share));
    }
    const entrance = this.#entrance;
    if (entrance && now - entrance.begun >= entrance.duration) this.#entrance = null;
    if (this.#motion || this.#entrance) this.draw();
  }

  #fitCanvas(): number {
    const isMoving = performance.now() - this.#movedAt < STILL_AFTER_MS && this.scene.cards.length > MUCH;
    const ratio = Math.min(isMoving ? MOVING_RATIO : MOST_RATIO, window.devicePixelRatio || 1);
    const width = Math.round(this.size.width * ratio);
    const height = Math.round(this.size.height * ratio);
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    return ratio;
  }

  #paint(now: number): void {
    const ratio = this.#fitCanvas();
    const pen = this.#pen;
    const { camera, palette, scene, size } = this;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = palette.canvas;
    pen.fillRect(0, 0, size.width, size.height);
    pen.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
    pen.textBaseline = 'middle';
    pen.textAlign = 'left';
    const seen = visibleArea(camera, size);
    const area = widen(seen);
    const share = this.#entrance ? Math.min(1, Math.max(0, (now - this.#entrance.begun) / this.#entrance.duration)) : 1;
    const detail = detailAt(camera.k);
    drawLines(pen, scene, this.#marks, palette, { k: camera.k, area, alpha: share });
    this.#paintCards(detail, scene.grid.within(area), area, share);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#paintHeads();
  }

  #paintCards(detail: Detail, cards: Card[], area: Area, share: number): void {
    const view = {
      k: this.camera.k,
      detail,
      palette: this.palette,
      texts: this.texts,
      marks: this.#marks,
      bright: brightCards(this.scene, this.#marks),
    };
    const entrance = this.#entrance;
    if (!entrance) {
      drawCards(this.#pen, cards, view);
      return;
    }
    const rest = (1 - share) ** 2;
    const old = this.scene.cards.filter((card) => !entrance.fresh.has(card.id));
    const moved = old.map((card) => {
      const shift = entrance.shifts.get(card.id);
      return shift ? { ...card, x: card.x + shift.x * rest, y: card.y + shift.y * rest } : card;
    });
    drawCards(
      this.#pen,
      moved.filter((card) => touches(card, area)),
      view,
    );
    if (share < 0.3) return;
    drawCards(
      this.#pen,
      cards.filter((card) => entrance.fresh.has(card.id)),
      view,
    );
  }

  #paintHeads(): void {
    const { heads } = this.scene;
    if (!heads.length) return;
    const pen = this.#pen;
    pen.fillStyle = this.palette.surface;
    pen.fillRect(0, 0, this.size.width, HEAD_HEIGHT);
    pen.fillStyle = this.palette.line;
    pen.fillRect(0, HEAD_HEIGHT - 1, this.size.width, 1);
    pen.fillStyle = this.palette.muted;
    const font = `400 11px ${this.palette.font}`;
    pen.font = font;
    pen.textAlign = 'center';
    for (const head of heads) {
      const width = head.width * this.camera.k + 40 * this.camera.k;
      const x = (head.x + head.width / 2) * this.camera.k + this.camera.x;
      if (x + width / 2 < 0 || x - width / 2 > this.size.width || width < 24) continue;
      pen.fillText(this.texts.end(head.text, width, font), x, HEAD_HEIGHT / 2);
    }
    pen.textAlign = 'left';
  }
}

function widen(area: Area): Area {
  return { left: area.left - SLACK, top: area.top - SLACK, right: area.right + SLACK, bottom: area.bottom + SLACK };
}

function around(x: number, y: number): Area {
  return widen({ left: x, top: y, right: x, bottom: y });
}

function enter(before: Scene, old: Camera, scene: Scene, camera: Camera, duration: number): Entrance {
  const shifts = new Map<string, { x: number; y: number }>();
  const fresh = new Set<string>();
  for (const card of scene.cards) {
    const was = before.byId.get(card.id);
    if (!was) {
      fresh.add(card.id);
      continue;
    }
    // Where it was on the screen, on the plane as it lies now.
    const x = (was.x * old.k + old.x - camera.x) / camera.k - card.x;
    const y = (was.y * old.k + old.y - camera.y) / camera.k - card.y;
    if (Math.abs(x) > 0.5 || Math.abs(y) > 0.5) shifts.set(card.id, { x, y });
  }
  return { shifts, fresh, begun: performance.now(), duration };
}
