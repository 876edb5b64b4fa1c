// The cards of a scene, as much of each as can be read from where one looks.
import { drawCardText } from './card-text.ts';
import type { Look, Palette, Shape } from './palette.ts';
import { type Card, type Marks, NO_MARKS, type Scene } from './scene.ts';
import { polygon } from './signs.ts';
import type { TextCache } from './text.ts';

type Pen = CanvasRenderingContext2D;

const DIMMED = 0.45;
const CUT = 9;
const STACK = 4;

/** Full cards, cards with a name, shapes with few names, or filled boxes. */
export type Detail = 'full' | 'name' | 'shape' | 'box';

export function detailAt(k: number): Detail {
  if (k >= 0.7) return 'full';
  if (k >= 0.45) return 'name';
  return k >= 0.2 ? 'shape' : 'box';
}

export interface CardView {
  k: number;
  detail: Detail;
  palette: Palette;
  texts: TextCache;
  marks: Marks;
  /** The cards that are not dimmed; null: all. */
  bright: ReadonlySet<string> | null;
}

export function drawCards(pen: Pen, cards: readonly Card[], view: CardView): void {
  for (const [isDim, some] of splitBy(cards, (card) => view.bright !== null && !view.bright.has(card.id))) {
    pen.globalAlpha = isDim ? DIMMED : 1;
    drawShapes(pen, some, view);
  }
  pen.globalAlpha = 1;
  for (const card of cards) drawMarks(pen, card, view);
  if (view.detail === 'box') return;
  pen.textBaseline = 'middle';
  for (const card of cards) drawCardText(pen, card, view, view.bright !== null && !view.bright.has(card.id));
}

/** One path for all cards that look alike. */
function drawShapes(pen: Pen, cards: readonly Card[], view: CardView): void {
  const groups = new Map<string, Card[]>();
  for (const card of cards) {
    const key = `${card.shape} ${card.isDashed}`;
    const group = groups.get(key);
    if (group) group.push(card);
    else groups.set(key, [card]);
  }
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    pen.setLineDash(first.isDashed ? [4, 3] : []);
    drawGroup(pen, group, view.palette.shapes[first.shape as Shape], view);
  }
  pen.setLineDash([]);
}

function drawGroup(pen: Pen, cards: readonly Card[], look: Look, { k, detail }: CardView): void {
  const isBox = detail === 'box';
  pen.fillStyle = isBox ? look.stroke : look.fill;
  pen.strokeStyle = look.stroke;
  pen.lineWidth = Math.max(1.25, 0.8 / k);
  const stacked = cards.filter((card) => card.isStacked);
  if (stacked.length && !isBox) {
    pen.beginPath();
    for (const card of stacked) traceCard(pen, card, STACK);
    pen.fill();
    pen.stroke();
  }
  pen.beginPath();
  for (const card of cards) {
    if (isBox) pen.rect(card.x, card.y, card.width, card.height);
    else traceCard(pen, card);
  }
  pen.fill();
  if (!isBox) pen.stroke();
}

/** The outline of a card, moved by `shift` to the lower right and made `grow` larger on each side. */
export function traceCard(pen: Pen | Path2D, card: Card, shift = 0, grow = 0): void {
  const x = card.x + shift - grow;
  const y = card.y + shift - grow;
  const width = card.width + 2 * grow;
  const height = card.height + 2 * grow;
  if (card.outline === 'pill') pen.roundRect(x, y, width, height, height / 2);
  else if (card.outline === 'box') pen.roundRect(x, y, width, height, 6 + grow);
  else {
    const cut = CUT + grow / 2;
    const right = x + width;
    const bottom = y + height;
    polygon(pen, [
      ...[x + cut, y, right - cut, y, right, y + cut, right, bottom - cut],
      ...[right - cut, bottom, x + cut, bottom, x, bottom - cut, x, y + cut],
    ]);
  }
}

/** Rings around what is the focus, selected, found, on the path; hatching of what was recalled. */
function drawMarks(pen: Pen, card: Card, { marks, palette, k }: CardView): void {
  const ring = (colour: string, width: number, grow: number, alpha = 1) => {
    pen.globalAlpha = alpha;
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    traceCard(pen, card, 0, grow);
    pen.stroke();
    pen.globalAlpha = 1;
  };
  const scale = Math.max(1, 0.8 / k);
  if (card.isRecalled) drawHatching(pen, card, palette.recalled);
  if (card.isFocus) ring(palette.shapes[card.shape].stroke, 3 * scale, 0);
  if (marks.matches.has(card.id)) ring(palette.protected, 2 * scale, 3, 1);
  if (marks.steps.has(card.id)) ring(palette.path, 3 * scale, 1);
  if (marks.hovered === card.id && marks.selected !== card.id) ring(palette.shapes[card.shape].stroke, 2 * scale, 0);
  if (marks.selected !== card.id) return;
  ring(palette.focus, 6 * scale, 5 * scale, marks.hasFocus ? 0.35 : 0.2);
  ring(palette.focus, 2 * scale, 3 * scale);
}

function drawHatching(pen: Pen, card: Card, colour: string): void {
  pen.save();
  pen.beginPath();
  traceCard(pen, card);
  pen.clip();
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  for (let y = card.y - 10; y < card.y + card.height + 10; y += 6) {
    pen.moveTo(card.x, y + 10);
    pen.lineTo(card.x + 10, y);
  }
  pen.rect(card.x, card.y, 10, card.height);
  pen.stroke();
  pen.restore();
}

function splitBy(cards: readonly Card[], isSo: (card: Card) => boolean): [boolean, Card[]][] {
  const groups: [boolean, Card[]][] = [
    [true, []],
    [false, []],
  ];
  for (const card of cards) groups[isSo(card) ? 0 : 1]?.[1].push(card);
  return groups;
}

/** Small views of a whole scene, such as the minimap: boxes alone, in the colours of their kind. */
export function drawBoxes(pen: Pen, scene: Scene, palette: Palette, texts: TextCache): void {
  const bright = null;
  drawCards(pen, scene.cards, { k: 0.1, detail: 'box', palette, texts, marks: NO_MARKS, bright });
}
