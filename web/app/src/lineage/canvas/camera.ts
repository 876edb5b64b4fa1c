// Where on the plane one looks, and how near. A point of the plane is on the screen at `x * k + camera.x`.

export interface Camera {
  x: number;
  y: number;
  k: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const NEAREST = 2.5;
export const FARTHEST = 0.02;
const MARGIN = 32;

export function clampZoom(k: number): number {
  return Math.min(NEAREST, Math.max(FARTHEST, k));
}

export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}

/** Zooms so that what is under a point of the screen stays there. */
export function zoomAt(camera: Camera, at: { x: number; y: number }, factor: number): Camera {
  const k = clampZoom(camera.k * factor);
  const ratio = k / camera.k;
  return { k, x: at.x - (at.x - camera.x) * ratio, y: at.y - (at.y - camera.y) * ratio };
}

/** What of the plane is on the screen. */
export function visibleArea(camera: Camera, size: Size): Area {
  return {
    left: -camera.x / camera.k,
    top: -camera.y / camera.k,
    right: (size.width - camera.x) / camera.k,
    bottom: (size.height - camera.y) / camera.k,
  };
}

export function toPlane(camera: Camera, at: { x: number; y: number }): { x: number; y: number } {
  return { x: (at.x - camera.x) / camera.k, y: (at.y - camera.y) / camera.k };
}

/** Shows a whole area, below `top` pixels that are covered, never larger than it is drawn. */
export function fit(area: Area, size: Size, top = 0): Camera {
  const width = Math.max(1, area.right - area.left);
  const height = Math.max(1, area.bottom - area.top);
  const k = clampZoom(
    Math.min(1, (size.width - 2 * MARGIN) / width, Math.max(1, size.height - top - 2 * MARGIN) / height),
  );
  return {
    k,
    x: (size.width - (area.left + area.right) * k) / 2,
    y: (size.height + top - (area.top + area.bottom) * k) / 2,
  };
}

/** Brings a point of the plane to the middle of the screen. */
export function centreOn(at: { x: number; y: number }, k: number, size: Size, top = 0): Camera {
  return { k, x: size.width / 2 - at.x * k, y: (size.height + top) / 2 - at.y * k };
}

/** The least move that brings an area onto the screen, with some room around it. */
export function reveal(camera: Camera, area: Area, size: Size, top = 0): Camera {
  const shift = (low: number, high: number, from: number, to: number) => {
    if (high - low > to - from || low < from) return from - low;
    return high > to ? to - high : 0;
  };
  const left = area.left * camera.k + camera.x;
  const upper = area.top * camera.k + camera.y;
  const right = area.right * camera.k + camera.x;
  const lower = area.bottom * camera.k + camera.y;
  return pan(
    camera,
    shift(left, right, MARGIN, size.width - MARGIN),
    shift(upper, lower, top + MARGIN, size.height - MARGIN),
  );
}

/** Leaves no room empty beside an area while something of it lies beyond the other side. */
export function fill(camera: Camera, area: Area, size: Size, top = 0): Camera {
  const shift = (low: number, high: number, from: number, to: number) => {
    if (low > from && high > to) return -Math.min(low - from, high - to);
    return high < to && low < from ? Math.min(to - high, from - low) : 0;
  };
  const { x, y, k } = camera;
  return pan(
    camera,
    shift(area.left * k + x, area.right * k + x, MARGIN, size.width - MARGIN),
    shift(area.top * k + y, area.bottom * k + y, top + MARGIN, size.height - MARGIN),
  );
}

/** Keeps a point where it is on the screen although it moved on the plane. */
export function keep(camera: Camera, before: { x: number; y: number }, after: { x: number; y: number }): Camera {
  return pan(camera, (before.x - after.x) * camera.k, (before.y - after.y) * camera.k);
}

/** The camera as a parameter of an address: the point in the middle of the screen, and the zoom. */
export function writeCamera(camera: Camera, size: Size): string {
  const middle = toPlane(camera, { x: size.width / 2, y: size.height / 2 });
  return `${Math.round(middle.x)},${Math.round(middle.y)},${camera.k.toFixed(3)}`;
}

export function readCamera(text: string, size: Size): Camera | null {
  const [x, y, k] = text.split(',').map(Number);
  if (x === undefined || y === undefined || k === undefined) return null;
  if (![x, y, k].every(Number.isFinite) || k <= 0) return null;
  return centreOn({ x, y }, clampZoom(k), size);
}

/** Slow at both ends. */
export function ease(share: number): number {
  return share < 0.5 ? 2 * share * share : 1 - (2 - 2 * share) ** 2 / 2;
}

export function between(from: Camera, to: Camera, share: number): Camera {
  const part = ease(share);
  return {
    x: from.x + (to.x - from.x) * part,
    y: from.y + (to.y - from.y) * part,
    k: from.k + (to.k - from.k) * part,
  };
}
