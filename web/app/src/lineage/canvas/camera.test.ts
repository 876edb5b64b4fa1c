import { describe, expect, it } from 'vitest';
import {
  centreOn,
  clampZoom,
  FARTHEST,
  fill,
  fit,
  keep,
  NEAREST,
  readCamera,
  reveal,
  toPlane,
  visibleArea,
  writeCamera,
  zoomAt,
} from './camera.ts';

const SIZE = { width: 1000, height: 600 };
const AREA = { left: -300, top: -100, right: 3700, bottom: 900 };

describe('camera', () => {
  it('keeps the point under the pointer when it zooms', () => {
    const at = { x: 420, y: 130 };
    const before = { x: 37, y: -81, k: 0.7 };
    const after = zoomAt(before, at, 1.7);
    expect(after.k).toBeCloseTo(1.19);
    expect(toPlane(after, at).x).toBeCloseTo(toPlane(before, at).x);
    expect(toPlane(after, at).y).toBeCloseTo(toPlane(before, at).y);
  });

  it('keeps the point under the pointer also at the end of the zoom', () => {
    const at = { x: 10, y: 590 };
    const before = { x: 5, y: 5, k: 2 };
    const after = zoomAt(before, at, 100);
    expect(after.k).toBe(NEAREST);
    expect(toPlane(after, at).x).toBeCloseTo(toPlane(before, at).x);
    expect(clampZoom(0.0001)).toBe(FARTHEST);
  });

  it('shows a whole area, below what is covered, and never enlarged', () => {
    const seen = visibleArea(fit(AREA, SIZE, 26), SIZE);
    expect(seen.left).toBeLessThan(AREA.left);
    expect(seen.right).toBeGreaterThan(AREA.right);
    expect(seen.top).toBeLessThan(AREA.top);
    expect(seen.bottom).toBeGreaterThan(AREA.bottom);
    expect(fit({ left: 0, top: 0, right: 10, bottom: 10 }, SIZE).k).toBe(1);
  });

  it('leaves no room empty beside an area that goes on beyond the other side', () => {
    const camera = fill(centreOn({ x: -300, y: 400 }, 1, SIZE), AREA, SIZE);
    expect(AREA.left * camera.k + camera.x).toBe(32);
    const other = fill(centreOn({ x: 3700, y: 400 }, 1, SIZE), AREA, SIZE);
    expect(AREA.right * other.k + other.x).toBe(SIZE.width - 32);
    const middle = centreOn({ x: 1500, y: 400 }, 1, SIZE);
    expect(fill(middle, AREA, SIZE)).toEqual(middle);
  });

  it('moves no more than needed to bring a card into sight', () => {
    const camera = { x: 0, y: 0, k: 1 };
    const inside = { left: 200, top: 200, right: 390, bottom: 246 };
    expect(reveal(camera, inside, SIZE)).toEqual(camera);
    const beyond = { left: 1200, top: 200, right: 1390, bottom: 246 };
    const moved = reveal(camera, beyond, SIZE);
    expect(moved.y).toBe(0);
    expect(beyond.right + moved.x).toBe(SIZE.width - 32);
  });

  it('keeps a card on its place of the screen when it moved on the plane', () => {
    const camera = { x: 50, y: 60, k: 0.5 };
    const before = { x: 100, y: 200 };
    const after = { x: 100, y: 260 };
    const moved = keep(camera, before, after);
    expect(after.y * moved.k + moved.y).toBe(before.y * camera.k + camera.y);
  });

  it('comes back out of an address as it went in, in a window of any size', () => {
    const camera = centreOn({ x: 120, y: -40 }, 0.75, SIZE);
    const again = readCamera(writeCamera(camera, SIZE), SIZE);
    expect(again).toEqual(camera);
    const small = { width: 400, height: 300 };
    const there = readCamera(writeCamera(camera, SIZE), small);
    expect(there && toPlane(there, { x: 200, y: 150 })).toEqual({ x: 120, y: -40 });
  });

  it.each(['', '1,2', 'a,b,c', '1,2,0', '1,2,-1', '1,2,Infinity', 'NaN,1,1'])('takes no address %j', (text) => {
    expect(readCamera(text, SIZE)).toBeNull();
  });
});
