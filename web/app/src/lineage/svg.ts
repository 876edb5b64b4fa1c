// A drawn lineage as an SVG image: all of it, whatever part the screen shows, with full names as tooltips.

import type { Palette } from './canvas/palette.ts';
import type { Card, Chip, Head, Line, Scene } from './canvas/scene.ts';
import { cutEnd, cutMiddle, type Measure } from './canvas/text.ts';
import { STATE_SHAPES } from './svg-signs.ts';
import { escaped, type Tag, tag } from './svg-text.ts';

const MARGIN = 32;
const HEAD = 26;
const PADDING = 12;
const CUT = 9;
const MOST_CHIPS = 2;
const CHIP_FONT = 10;
/** As on the canvas: a line for more edges is thick and says how many. */
const THICK_FROM = 8;

export interface SvgOptions {
  /** What the image shows, for those who don't see it. */
  title: string;
  palette: Palette;
  /** The width of a text in a font such as `600 13px system-ui`. */
  measure: Measure;
}

export interface SvgImage {
  text: string;
  width: number;
  height: number;
}

export function toSvg(scene: Scene, options: SvgOptions): SvgImage {
  const { left, top, right, bottom } = extent(scene);
  const x = left - MARGIN;
  const y = top - MARGIN - HEAD;
  const width = Math.ceil(right + MARGIN - x);
  const height = Math.ceil(bottom + MARGIN - y);
  const { palette, title } = options;
  const body = [
    tag('title', {}, escaped(title)),
    tag('rect', { x, y, width, height, fill: palette.canvas }),
    ...scene.heads.map((head) => headOf(head, y + MARGIN / 2 + 8, options)),
    ...scene.lines.map((line) => lineOf(line, palette)),
    ...scene.cards.map((card) => cardOf(card, options)),
  ];
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `${x} ${y} ${width} ${height}`,
    width,
    height,
    role: 'img',
    'font-family': palette.font,
    'dominant-baseline': 'central',
  };
  return {
    text: `<?xml version="1.0" encoding="UTF-8"?>\n${tag('svg', attributes, body.join('\n'))}\n`,
    width,
    height,
  };
}

function extent(scene: Scene) {
  const all = { ...scene.area };
  for (const { area } of scene.lines) {
    all.left = Math.min(all.left, area.left);
    all.top = Math.min(all.top, area.top);
    all.right = Math.max(all.right, area.right);
    all.bottom = Math.max(all.bottom, area.bottom);
  }
  return all;
}

function headOf(head: Head, y: number, { palette }: SvgOptions): Tag {
  const x = head.x + head.width / 2;
  return tag('text', { x, y, 'text-anchor': 'middle', 'font-size': 12, fill: palette.muted }, escaped(head.text));
}

function lineOf(line: Line, palette: Palette): Tag {
  const isThick = line.count > THICK_FROM && !line.isCounted;
  const x = line.points.at(-2) ?? 0;
  const y = line.points.at(-1) ?? 0;
  const path = tag('path', {
    d: pathOf(line),
    fill: 'none',
    stroke: palette.edge,
    'stroke-width': isThick ? 3.5 : 1.25,
    'stroke-dasharray': line.isDotted ? '2 4' : undefined,
  });
  const arrow = tag('path', {
    d: `M${x} ${y}l-7 -3.5v7z`,
    fill: line.isHollow ? palette.canvas : palette.edge,
    stroke: palette.edge,
  });
  const hasArrow = !line.isDotted || line.points[0] !== x;
  return [path, hasArrow ? arrow : '', line.count > 1 ? countOf(line, palette) : ''].join('');
}

function countOf(line: Line, palette: Palette): Tag {
  const [x = 0, y = 0, toX = 0, toY = 0] = line.points;
  return tag(
    'text',
    {
      x: (x + toX) / 2,
      y: (y + toY) / 2,
      'text-anchor': 'middle',
      'font-size': 11,
      fill: palette.text,
      stroke: palette.canvas,
      'stroke-width': 3,
      'paint-order': 'stroke',
    },
    escaped(String(line.count)),
  );
}

/** A horizontal cubic curve from each point to the next; a line that goes back is straight. */
export function pathOf({ points, isBack }: Pick<Line, 'points' | 'isBack'>): string {
  let x = points[0] ?? 0;
  let y = points[1] ?? 0;
  let path = `M${x} ${y}`;
  for (let at = 2; at + 1 < points.length; at += 2) {
    const toX = points[at] ?? 0;
    const toY = points[at + 1] ?? 0;
    const middle = (x + toX) / 2;
    path += isBack || y === toY ? `L${toX} ${toY}` : `C${middle} ${y} ${middle} ${toY} ${toX} ${toY}`;
    x = toX;
    y = toY;
  }
  return path;
}

function cardOf(card: Card, options: SvgOptions): Tag {
  const { palette, measure } = options;
  const look = palette.shapes[card.shape];
  const shape = { fill: look.fill, stroke: look.stroke, 'stroke-dasharray': card.isDashed ? '4 3' : undefined };
  const font = (size: number, weight: number) => `${weight} ${size}px ${palette.font}`;
  const chips = chipsOf(card, options);
  const start = card.x + PADDING + (card.isRecalled ? 4 : 0);
  const right = card.x + card.width - PADDING;
  const signs = [card.outline === 'cut' ? '◆' : '', card.isRecalled || card.isWarned ? '⚠' : ''].filter(Boolean);
  const captionWidth = Math.max(0, right - start - chips.width);
  const caption = cutEnd([...signs, card.caption].join(' '), captionWidth, (text) => measure(text, font(11, 400)));
  const nameStart = card.state ? start + 15 : start;
  const name = cutMiddle(card.name, right - nameStart, (text) => measure(text, font(13, 600)));
  return tag(
    'g',
    {},
    [
      tag('title', {}, escaped(card.spoken)),
      card.isStacked ? outlineOf(card, shape, 4) : '',
      outlineOf(card, { ...shape, 'stroke-width': card.isFocus ? 3 : 1.25 }, 0),
      card.isRecalled
        ? tag('rect', { x: card.x, y: card.y + 8, width: 4, height: card.height - 16, fill: palette.recalled })
        : '',
      tag('text', { x: start, y: card.y + 15, 'font-size': 11, fill: look.text }, escaped(caption)),
      card.state ? stateOf(card, start, palette) : '',
      tag(
        'text',
        { x: nameStart, y: card.y + 32, 'font-size': 13, 'font-weight': 600, fill: look.text },
        escaped(name),
      ),
      chips.text,
      hiddenOf(card, palette),
    ].join(''),
  );
}

function outlineOf(card: Card, look: Record<string, string | number | undefined>, shift: number): Tag {
  const x = card.x + shift;
  const y = card.y + shift;
  if (card.outline !== 'cut') {
    const rx = card.outline === 'pill' ? card.height / 2 : 6;
    return tag('rect', { x, y, width: card.width, height: card.height, rx, ...look });
  }
  const right = x + card.width;
  const bottom = y + card.height;
  const corners = [
    [x + CUT, y],
    [right - CUT, y],
    [right, y + CUT],
    [right, bottom - CUT],
    [right - CUT, bottom],
    [x + CUT, bottom],
    [x, bottom - CUT],
    [x, y + CUT],
  ];
  return tag('polygon', { points: corners.map((corner) => corner.join(',')).join(' '), ...look });
}

function stateOf(card: Card, x: number, palette: Palette): Tag {
  if (!card.state) return '';
  const { d, isFilled } = STATE_SHAPES[card.state];
  const colour = palette.states[card.state];
  return tag('path', {
    d,
    transform: `translate(${x + 5} ${card.y + 32})`,
    fill: isFilled ? colour : 'none',
    stroke: isFilled ? 'none' : colour,
    'stroke-width': 1.8,
  });
}

function chipsOf(card: Card, { palette, measure }: SvgOptions): { text: string; width: number } {
  const rest = card.chips.length - MOST_CHIPS;
  const more: Chip[] = rest > 0 ? [{ text: `+${rest}`, isProtected: false }] : [];
  const end = card.x + card.width - PADDING + 3;
  let right = end;
  const drawn = [...card.chips.slice(0, MOST_CHIPS), ...more].toReversed().map((chip) => {
    const widthOf = (text: string) => measure(text, `400 ${CHIP_FONT}px ${palette.font}`);
    const text = cutEnd(`${chip.isProtected ? '🔒' : ''}${chip.text}`, 64, widthOf);
    const width = widthOf(text) + 9;
    const x = right - width;
    right = x - 3;
    const stroke = palette.shapes[chip.isProtected ? 'registry' : 'version'].stroke;
    return (
      tag('rect', { x, y: card.y + 7.5, width, height: 15, rx: 7.5, fill: palette.page, stroke }) +
      tag('text', { x: x + 4.5, y: card.y + 15.5, 'font-size': CHIP_FONT, fill: palette.text }, escaped(text))
    );
  });
  return { text: drawn.join(''), width: end - right };
}

/** What is not drawn beside a card: ⊕ what can be, ⊘ what the viewer may not see; upstream left, downstream right. */
function hiddenOf(card: Card, palette: Palette): Tag {
  const text = (more: number, barred: number) =>
    [more ? `⊕${more}` : '', barred ? `⊘${barred}` : ''].filter(Boolean).join(' ');
  const y = card.y + card.height + 9;
  const look = { y, 'font-size': 11, fill: palette.muted };
  const up = text(card.moreUp, card.barredUp);
  const down = text(card.moreDown, card.barredDown);
  return [
    up ? tag('text', { x: card.x, ...look }, escaped(up)) : '',
    down ? tag('text', { x: card.x + card.width, 'text-anchor': 'end', ...look }, escaped(down)) : '',
  ].join('');
}
