// Mouse, touch and wheel on a canvas, as moves of the camera and clicks.

export interface Point {
  x: number;
  y: number;
}

export interface GestureHandlers {
  onPan: (dx: number, dy: number) => void;
  onZoom: (at: Point, factor: number) => void;
  /** Null: the pointer has left, or moves the picture. */
  onHover: (at: Point | null) => void;
  onClick: (at: Point) => void;
  onDoubleClick: (at: Point) => void;
}

/** A press that moves less is a click. */
const CLICK_SLACK = 4;
const LINE = 16;
const PAGE = 400;

/** Listens until the returned function is called. */
export function listenToGestures(element: HTMLElement, handlers: GestureHandlers): () => void {
  const gestures = new Gestures(element, handlers);
  const ending = new AbortController();
  const options = { signal: ending.signal };
  element.addEventListener('pointerdown', gestures.down, options);
  element.addEventListener('pointermove', gestures.move, options);
  element.addEventListener('pointerup', gestures.up, options);
  element.addEventListener('pointercancel', gestures.up, options);
  element.addEventListener('pointerleave', () => handlers.onHover(null), options);
  element.addEventListener('dblclick', (event) => handlers.onDoubleClick(gestures.pointOf(event)), options);
  // The page would scroll or zoom otherwise.
  element.addEventListener('wheel', gestures.wheel, { ...options, passive: false });
  return () => ending.abort();
}

class Gestures {
  readonly #element: HTMLElement;
  readonly #handlers: GestureHandlers;
  readonly #pointers = new Map<number, Point>();
  #moved = 0;

  constructor(element: HTMLElement, handlers: GestureHandlers) {
    this.#element = element;
    this.#handlers = handlers;
  }

  pointOf(event: MouseEvent): Point {
    const box = this.#element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  readonly down = (event: PointerEvent) => {
    if (event.pointerType === 'mouse' && event.button > 1) return;
    this.#element.setPointerCapture(event.pointerId);
    if (this.#pointers.size === 0) this.#moved = 0;
    this.#pointers.set(event.pointerId, this.pointOf(event));
    if (this.#pointers.size > 1) this.#moved = CLICK_SLACK + 1;
  };

  readonly move = (event: PointerEvent) => {
    const at = this.pointOf(event);
    const before = this.#pointers.get(event.pointerId);
    if (!before) return this.#handlers.onHover(at);
    if (this.#pointers.size === 2) this.#pinch(event.pointerId, before, at);
    else {
      this.#moved += Math.hypot(at.x - before.x, at.y - before.y);
      if (this.#moved > CLICK_SLACK) {
        this.#handlers.onHover(null);
        this.#handlers.onPan(at.x - before.x, at.y - before.y);
      }
    }
    this.#pointers.set(event.pointerId, at);
  };

  readonly up = (event: PointerEvent) => {
    if (!this.#pointers.delete(event.pointerId)) return;
    const isClick = event.type === 'pointerup' && this.#pointers.size === 0 && this.#moved <= CLICK_SLACK;
    if (isClick && event.button === 0) this.#handlers.onClick(this.pointOf(event));
  };

  readonly wheel = (event: WheelEvent) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : event.deltaMode ? PAGE : 1;
    // A pinch on a touchpad comes as a wheel with Ctrl.
    if (event.ctrlKey || event.metaKey) {
      const step = Math.max(-120, Math.min(120, event.deltaY * unit));
      this.#handlers.onZoom(this.pointOf(event), Math.exp(-step / 200));
    } else if (event.shiftKey && event.deltaX === 0) {
      this.#handlers.onPan(-event.deltaY * unit, 0);
    } else {
      this.#handlers.onPan(-event.deltaX * unit, -event.deltaY * unit);
    }
  };

  #pinch(id: number, before: Point, at: Point): void {
    const other = [...this.#pointers].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const now = Math.hypot(at.x - other.x, at.y - other.y);
    this.#handlers.onPan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (was > 0) this.#handlers.onZoom({ x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }, now / was);
  }
}
