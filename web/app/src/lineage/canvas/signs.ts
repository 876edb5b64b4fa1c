// Small signs, drawn and not written: fonts differ in what they have.
import type { RunState } from '../../ui/state.tsx';

type Pen = CanvasRenderingContext2D;

/** The sign of a run's state, 10 px wide, around a point. */
export function drawState(pen: Pen, state: RunState, x: number, y: number, colour: string): void {
  pen.fillStyle = colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.8;
  pen.beginPath();
  switch (state) {
    case 'FINISHED':
      pen.arc(x, y, 4.5, 0, 2 * Math.PI);
      pen.fill();
      return;
    case 'RUNNING':
      pen.arc(x, y, 4.2, -Math.PI / 2, Math.PI);
      pen.stroke();
      return;
    case 'FAILED':
      pen.moveTo(x - 3.6, y - 3.6);
      pen.lineTo(x + 3.6, y + 3.6);
      pen.moveTo(x + 3.6, y - 3.6);
      pen.lineTo(x - 3.6, y + 3.6);
      pen.stroke();
      return;
    case 'CRASHED':
      polygon(pen, [
        x + 1.5,
        y - 5.5,
        x - 4,
        y + 1,
        x - 0.5,
        y + 1,
        x - 1.5,
        y + 5.5,
        x + 4,
        y - 1.2,
        x + 0.5,
        y - 1.2,
      ]);
      pen.fill();
      return;
    case 'KILLED':
      pen.rect(x - 4, y - 4, 8, 8);
      pen.fill();
  }
}

/** ⚠ around a point, 12 px wide. */
export function drawWarning(pen: Pen, x: number, y: number, colour: string, ground: string): void {
  pen.fillStyle = colour;
  pen.beginPath();
  polygon(pen, [x, y - 5.5, x + 6, y + 5, x - 6, y + 5]);
  pen.fill();
  pen.fillStyle = ground;
  pen.fillRect(x - 0.75, y - 2, 1.5, 3.6);
  pen.fillRect(x - 0.75, y + 2.6, 1.5, 1.4);
}

/** 🔒 with its left edge at `x`, 7 px wide. */
export function drawLock(pen: Pen, x: number, y: number, colour: string): void {
  pen.fillStyle = colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  pen.fillRect(x, y - 1, 7, 5);
  pen.beginPath();
  pen.arc(x + 3.5, y - 1, 2.2, Math.PI, 2 * Math.PI);
  pen.stroke();
}

/** ◆ around a point. */
export function drawDiamond(pen: Pen, x: number, y: number, colour: string): void {
  pen.fillStyle = colour;
  pen.beginPath();
  polygon(pen, [x, y - 4.5, x + 4.5, y, x, y + 4.5, x - 4.5, y]);
  pen.fill();
}

export function polygon(pen: Pen | Path2D, points: readonly number[]): void {
  for (let at = 0; at + 1 < points.length; at += 2) {
    if (at === 0) pen.moveTo(points[0] ?? 0, points[1] ?? 0);
    else pen.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
  }
  pen.closePath();
}
