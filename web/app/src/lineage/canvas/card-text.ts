// What stands in and at a card: caption, name, chips, states, counts of what is not drawn.
import type { RunState } from '../../ui/state.tsx';
import type { CardView } from './draw-cards.ts';
import type { Card, Chip } from './scene.ts';
import { drawDiamond, drawLock, drawState, drawWarning } from './signs.ts';

type Pen = CanvasRenderingContext2D;

const PADDING = 11;
const MOST_CHIPS = 2;
const CHIP_HEIGHT = 15;
const BADGE_HEIGHT = 16;
/** In pixels of the screen: smaller text is not drawn. */
const LABEL_SIZE = 11;
const STATES: readonly RunState[] = ['RUNNING', 'FAILED', 'CRASHED', 'KILLED', 'FINISHED'];

export function drawCardText(pen: Pen, card: Card, view: CardView, isDim: boolean): void {
  const step = view.marks.steps.get(card.id);
  if (view.detail === 'full') {
    const colour = isDim ? view.palette.muted : view.palette.shapes[card.shape].text;
    drawFull(pen, card, view, colour, isDim);
    drawBadges(pen, card, view);
  } else if (view.detail === 'name') {
    drawName(pen, card, view, isDim ? view.palette.muted : view.palette.shapes[card.shape].text);
    drawBadges(pen, card, view);
  } else if (isLabelled(card, view)) {
    drawLabel(pen, card, view);
  }
  if (step !== undefined) drawStep(pen, card, step, view);
}

/** Which cards keep their name when cards are small. */
function isLabelled(card: Card, { marks }: CardView): boolean {
  return (
    card.isFocus || card.id === marks.selected || marks.steps.has(card.id) || card.chips.some((one) => one.isProtected)
  );
}

function drawFull(pen: Pen, card: Card, view: CardView, colour: string, isDim: boolean): void {
  const { palette, texts } = view;
  const top = card.y + 15;
  const chipsWidth = drawChips(pen, card, view, top, isDim);
  let x = card.x + (card.outline === 'pill' ? PADDING + 4 : PADDING) + (card.isRecalled ? 4 : 0);
  const right = card.x + card.width - PADDING;
  let start = x;
  pen.globalAlpha = isDim ? 0.6 : 1;
  if (card.outline === 'cut') {
    drawDiamond(pen, start + 4, top, palette.shapes[card.shape].stroke);
    start += 12;
  }
  if (card.isWarned || card.isRecalled) {
    drawWarning(pen, start + 6, top - 0.5, palette.recalled, palette.shapes[card.shape].fill);
    start += 16;
  }
  pen.globalAlpha = 1;
  pen.fillStyle = colour;
  pen.font = `400 11px ${palette.font}`;
  pen.fillText(texts.end(card.caption, Math.max(0, right - chipsWidth - start), pen.font), start, top);
  const line = card.y + 32;
  if (card.states) drawBar(pen, card, view);
  if (card.state) {
    pen.globalAlpha = isDim ? 0.6 : 1;
    drawState(pen, card.state, x + 5, line, palette.states[card.state]);
    pen.globalAlpha = 1;
    x += 15;
  }
  pen.font = `600 13px ${palette.font}`;
  pen.fillStyle = colour;
  pen.fillText(texts.middle(card.name, right - x, pen.font), x, card.states ? line - 1.5 : line);
}

function drawName(pen: Pen, card: Card, view: CardView, colour: string): void {
  const { palette, texts } = view;
  const middle = card.y + card.height / 2;
  let x = card.x + PADDING + (card.isRecalled ? 4 : 0);
  if (card.state) {
    drawState(pen, card.state, x + 6, middle, palette.states[card.state]);
    x += 18;
  } else if (card.outline === 'cut') {
    drawDiamond(pen, x + 5, middle, palette.shapes[card.shape].stroke);
    x += 15;
  }
  if (card.isWarned || card.isRecalled) {
    drawWarning(pen, x + 6, middle, palette.recalled, palette.shapes[card.shape].fill);
    x += 18;
  }
  const hasLock = card.chips.some((one) => one.isProtected);
  if (hasLock) drawLock(pen, card.x + card.width - PADDING - 7, middle, palette.protected);
  pen.font = `600 20px ${palette.font}`;
  pen.fillStyle = colour;
  const right = card.x + card.width - PADDING - (hasLock ? 12 : 0);
  pen.fillText(texts.middle(card.name, right - x, pen.font), x, middle);
}

/** A name of constant size on a small card, on a ground of its own as it is wider than that. */
function drawLabel(pen: Pen, card: Card, { palette, texts, k }: CardView): void {
  const font = `600 ${LABEL_SIZE}px ${palette.font}`;
  const text = texts.middle(card.name, 150, font);
  const width = texts.width(text, font) + 8;
  pen.save();
  pen.translate(card.x + card.width / 2, card.y + card.height / 2);
  pen.scale(1 / k, 1 / k);
  pen.fillStyle = palette.page;
  pen.strokeStyle = palette.shapes[card.shape].stroke;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.roundRect(-width / 2, -9, width, 18, 4);
  pen.fill();
  pen.stroke();
  pen.fillStyle = palette.text;
  pen.font = font;
  pen.textAlign = 'center';
  pen.fillText(text, 0, 0.5);
  pen.restore();
}

/** Draws chips from the right end of the first line; returns how wide they are together. */
function drawChips(pen: Pen, card: Card, view: CardView, y: number, isDim: boolean): number {
  if (!card.chips.length) return 0;
  const { palette, texts } = view;
  const font = `400 10px ${palette.font}`;
  const shown = card.chips.slice(0, MOST_CHIPS);
  const rest = card.chips.length - shown.length;
  const all: Chip[] = rest ? [...shown, { text: `+${rest}`, isProtected: false }] : shown;
  let right = card.x + card.width - (card.outline === 'cut' ? PADDING + 2 : PADDING - 3);
  const end = right;
  pen.globalAlpha = isDim ? 0.6 : 1;
  for (const chip of all.toReversed()) {
    const text = texts.end(chip.text, 56, font);
    const width = texts.width(text, font) + 9 + (chip.isProtected ? 10 : 0);
    const x = right - width;
    const look = palette.shapes[chip.isProtected ? 'registry' : 'version'];
    pen.fillStyle = palette.page;
    pen.strokeStyle = look.stroke;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.roundRect(x, y - CHIP_HEIGHT / 2, width, CHIP_HEIGHT, CHIP_HEIGHT / 2);
    pen.fill();
    pen.stroke();
    if (chip.isProtected) drawLock(pen, x + 5, y - 1, palette.protected);
    pen.fillStyle = palette.text;
    pen.font = font;
    pen.fillText(text, x + (chip.isProtected ? 15 : 4.5), y + 0.5);
    right = x - 3;
  }
  pen.globalAlpha = 1;
  return end - right + 2;
}

/** How many of those inside are in which state, as a bar along the lower edge. */
function drawBar(pen: Pen, card: Card, { palette }: CardView): void {
  const states = card.states ?? {};
  const total = STATES.reduce((sum, state) => sum + (states[state] ?? 0), 0);
  if (!total) return;
  const left = card.x + PADDING + 4;
  const width = card.width - 2 * (PADDING + 4);
  let x = left;
  for (const state of STATES) {
    const part = ((states[state] ?? 0) / total) * width;
    if (!part) continue;
    pen.fillStyle = palette.states[state];
    pen.fillRect(x, card.y + card.height - 6, Math.max(1.5, part - 1), 3);
    x += part;
  }
}

export type BadgeSide = 'up' | 'down';

export interface Badge {
  side: BadgeSide;
  isBarred: boolean;
  count: number;
  x: number;
  y: number;
  width: number;
}

/** Counts of neighbours that are not drawn, at the lower corners of a card: upstream left, downstream right. */
export function badgesOf(card: Card): Badge[] {
  const badges: Badge[] = [];
  const y = card.y + card.height + 3;
  const widthOf = (count: number) => 19 + 6.5 * String(count).length;
  let left = card.x - 12;
  let right = card.x + card.width + 12;
  const counts = [
    ['up', false, card.moreUp],
    ['up', true, card.barredUp],
    ['down', false, card.moreDown],
    ['down', true, card.barredDown],
  ] as const;
  for (const [side, isBarred, count] of counts) {
    if (!count) continue;
    const width = widthOf(count);
    if (side === 'up') {
      badges.push({ side, isBarred, count, x: left, y, width });
      left += width + 2;
    } else {
      right -= width;
      badges.push({ side, isBarred, count, x: right, y, width });
      right -= 2;
    }
  }
  return badges;
}

/** The badge under a point of the plane. */
export function badgeAt(card: Card, x: number, y: number): Badge | undefined {
  const slack = 4;
  return badgesOf(card).find(
    (one) => x >= one.x - slack && x <= one.x + one.width + slack && Math.abs(y - one.y) <= BADGE_HEIGHT / 2 + slack,
  );
}

function drawBadges(pen: Pen, card: Card, { palette }: CardView): void {
  for (const badge of badgesOf(card)) {
    const look = palette.shapes[badge.isBarred ? 'hidden' : 'cluster'];
    pen.fillStyle = badge.isBarred ? look.fill : palette.page;
    pen.strokeStyle = look.stroke;
    pen.lineWidth = 1.25;
    pen.setLineDash(badge.isBarred ? [3, 2] : []);
    pen.beginPath();
    pen.roundRect(badge.x, badge.y - BADGE_HEIGHT / 2, badge.width, BADGE_HEIGHT, BADGE_HEIGHT / 2);
    pen.fill();
    pen.stroke();
    pen.setLineDash([]);
    drawBadgeSign(pen, badge.x + 9, badge.y, badge.isBarred, look.stroke);
    pen.fillStyle = palette.text;
    pen.font = `600 11px ${palette.font}`;
    pen.fillText(String(badge.count), badge.x + 15, badge.y + 0.5);
  }
}

/** A plus of what can be shown, a bar of what may not be seen. */
function drawBadgeSign(pen: Pen, x: number, y: number, isBarred: boolean, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  if (isBarred) {
    pen.arc(x, y, 3.5, 0, 2 * Math.PI);
    pen.moveTo(x - 2.5, y + 2.5);
    pen.lineTo(x + 2.5, y - 2.5);
  } else {
    pen.moveTo(x - 3.5, y);
    pen.lineTo(x + 3.5, y);
    pen.moveTo(x, y - 3.5);
    pen.lineTo(x, y + 3.5);
  }
  pen.stroke();
}

/** The number of a step of the path, at the upper left corner. */
function drawStep(pen: Pen, card: Card, step: number, { palette, k }: CardView): void {
  pen.save();
  pen.translate(card.x, card.y);
  pen.scale(1 / Math.min(1, k), 1 / Math.min(1, k));
  pen.fillStyle = palette.path;
  pen.beginPath();
  pen.arc(0, 0, 9, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = palette.canvas;
  pen.font = `600 11px ${palette.font}`;
  pen.textAlign = 'center';
  pen.fillText(String(step), 0, 0.5);
  pen.restore();
}
