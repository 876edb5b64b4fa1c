// The lines of a scene. Those that look alike are one path: what costs is to stroke, and not how much.
import type { Area } from './camera.ts';
import type { Palette } from './palette.ts';
import { isBright, isOnPath, type Line, type Marks, type Scene } from './scene.ts';

type Pen = CanvasRenderingContext2D;

const ARROW_FROM = 0.5;
const CURVES_FROM = 0.25;
const COUNTS_FROM = 0.4;
const DIMMED = 0.45;
/** From so many edges in one, a line is thick and says its number. */
const THICK_FROM = 8;

interface Style {
  colour: string;
  width: number;
  alpha: number;
}

export function drawLines(pen: Pen, scene: Scene, marks: Marks, palette: Palette, view: LineView): void {
  const { k, area } = view;
  const isDimming = marks.steps.size > 0 || (marks.selected !== null && scene.byId.has(marks.selected));
  const seen = scene.lines.filter((line) => isIn(line.area, area));
  const groups: Record<'plain' | 'bright' | 'path', Line[]> = { plain: [], bright: [], path: [] };
  for (const line of seen) {
    if (isOnPath(line, marks)) groups.path.push(line);
    else if (marks.steps.size === 0 && isBright(line, marks)) groups.bright.push(line);
    else groups.plain.push(line);
  }
  const thin = Math.max(1.25, 0.7 / k);
  const plain = { colour: palette.edge, width: thin, alpha: (isDimming ? DIMMED : 1) * view.alpha };
  strokeGroup(pen, groups.plain, plain, k);
  strokeGroup(pen, groups.bright, { colour: palette.focus, width: 2 / Math.min(1, k * 1.5), alpha: view.alpha }, k);
  strokeGroup(pen, groups.path, { colour: palette.path, width: 3 / Math.min(1, k * 1.5), alpha: view.alpha }, k);
  pen.globalAlpha = 1;
  if (k >= COUNTS_FROM) for (const line of seen) drawCount(pen, line, palette, k);
}

export interface LineView {
  k: number;
  /** What of the plane is to be drawn. */
  area: Area;
  /** Less than 1 while a new scene comes in. */
  alpha: number;
}

function strokeGroup(pen: Pen, lines: readonly Line[], style: Style, k: number): void {
  if (!lines.length) return;
  pen.globalAlpha = style.alpha;
  pen.strokeStyle = style.colour;
  pen.fillStyle = style.colour;
  for (const isDotted of [false, true]) {
    for (const isThick of [false, true]) {
      const some = lines.filter((line) => line.isDotted === isDotted && isThickLine(line) === isThick);
      if (!some.length) continue;
      pen.setLineDash(isDotted ? [2, 4] : []);
      pen.lineWidth = isThick ? Math.max(style.width, 3.5) : style.width;
      pen.beginPath();
      for (const line of some) traceLine(pen, line, k < CURVES_FROM);
      pen.stroke();
    }
  }
  pen.setLineDash([]);
  if (k >= ARROW_FROM) drawArrows(pen, lines, style.width);
}

function isThickLine(line: Line): boolean {
  return !line.isCounted && line.count > THICK_FROM;
}

function traceLine(pen: Pen, line: Line, isStraight: boolean): void {
  const { points } = line;
  let x = points[0] ?? 0;
  let y = points[1] ?? 0;
  pen.moveTo(x, y);
  if (line.isBack) {
    traceBack(pen, points);
    return;
  }
  for (let at = 2; at + 1 < points.length; at += 2) {
    const toX = points[at] ?? 0;
    const toY = points[at + 1] ?? 0;
    const middle = (x + toX) / 2;
    if (isStraight || y === toY) pen.lineTo(toX, toY);
    else pen.bezierCurveTo(middle, y, middle, toY, toX, toY);
    x = toX;
    y = toY;
  }
}

/** Right angles with round corners. */
function traceBack(pen: Pen, points: readonly number[]): void {
  for (let at = 2; at + 1 < points.length; at += 2) {
    const x = points[at] ?? 0;
    const y = points[at + 1] ?? 0;
    const nextX = points[at + 2];
    const nextY = points[at + 3];
    if (nextX === undefined || nextY === undefined) pen.lineTo(x, y);
    else pen.arcTo(x, y, nextX, nextY, 8);
  }
}

function drawArrows(pen: Pen, lines: readonly Line[], width: number): void {
  const size = 5 + width;
  for (const isHollow of [false, true]) {
    const some = lines.filter((line) => line.isHollow === isHollow);
    if (!some.length) continue;
    pen.beginPath();
    for (const line of some) traceArrow(pen, line, size);
    if (isHollow) {
      pen.lineWidth = 1;
      pen.stroke();
    } else {
      pen.fill();
    }
  }
}

function traceArrow(pen: Pen, line: Line, size: number): void {
  const { points } = line;
  const x = points.at(-2) ?? 0;
  const y = points.at(-1) ?? 0;
  const beforeX = points.at(-4) ?? x;
  const beforeY = points.at(-3) ?? y;
  // Curves end level; only what goes back may end going up or down.
  if (line.isBack && beforeX === x) {
    const way = Math.sign(y - beforeY);
    pen.moveTo(x, y);
    pen.lineTo(x - size / 2, y - way * size);
    pen.lineTo(x + size / 2, y - way * size);
  } else {
    const way = Math.sign(x - beforeX) || 1;
    pen.moveTo(x, y);
    pen.lineTo(x - way * size, y - size / 2);
    pen.lineTo(x - way * size, y + size / 2);
  }
  pen.closePath();
}

/** As large on the screen however near one looks. */
function drawCount(pen: Pen, line: Line, palette: Palette, k: number): void {
  if (!line.isCounted && !isThickLine(line)) return;
  const { x, y } = middleOf(line.points);
  const text = line.count.toLocaleString();
  pen.font = `600 11px ${palette.font}`;
  const width = pen.measureText(text).width + 10;
  pen.save();
  pen.translate(x, y);
  pen.scale(1 / Math.min(1, k), 1 / Math.min(1, k));
  pen.fillStyle = palette.canvas;
  pen.beginPath();
  pen.roundRect(-width / 2, -8, width, 16, 8);
  pen.fill();
  pen.fillStyle = palette.muted;
  pen.textAlign = 'center';
  pen.fillText(text, 0, 0.5);
  pen.restore();
}

/** The middle of the middle piece. */
export function middleOf(points: readonly number[]): { x: number; y: number } {
  const pieces = points.length / 2 - 1;
  const at = Math.max(0, Math.floor((pieces - 1) / 2)) * 2;
  return {
    x: ((points[at] ?? 0) + (points[at + 2] ?? points[at] ?? 0)) / 2,
    y: ((points[at + 1] ?? 0) + (points[at + 3] ?? points[at + 1] ?? 0)) / 2,
  };
}

function isIn(line: Area, area: Area): boolean {
  return line.left <= area.right && line.right >= area.left && line.top <= area.bottom && line.bottom >= area.top;
}
