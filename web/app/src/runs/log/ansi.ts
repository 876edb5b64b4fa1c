// Colours and weights that programs write into their output, as the names of classes. All other codes are dropped.

export interface Span {
  text: string;
  /** Names of classes, such as `red` and `bold`. */
  classes: readonly string[];
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
// Control sequences, texts for the terminal itself (titles, links), lone escapes, and what has no shape at all.
const ESC = '\\u001b';
const CODES = new RegExp(
  [
    `${ESC}\\[([0-9;:]*)([@-~])`,
    `${ESC}\\][^\\u0007\\u001b]*(?:\\u0007|${ESC}\\\\)?`,
    `${ESC}[@-Z\\\\-_]?`,
    '[\\u0000-\\u0008\\u000b-\\u001f]',
  ].join('|'),
  'g',
);

/** The pieces of a line that look alike. */
export function parseAnsi(line: string): Span[] {
  const spans: Span[] = [];
  let style: Style = { colour: null, isBold: false, isFaint: false, isUnderlined: false };
  let last = 0;
  const push = (text: string) => {
    if (text) spans.push({ text, classes: classesOf(style) });
  };
  for (const code of line.matchAll(CODES)) {
    push(line.slice(last, code.index));
    last = code.index + code[0].length;
    if (code[2] === 'm') style = styleAfter(style, code[1] ?? '');
  }
  push(line.slice(last));
  return spans;
}

/** The line without any codes: what is searched. */
export function plainText(line: string): string {
  return line.replace(CODES, '');
}

interface Style {
  colour: string | null;
  isBold: boolean;
  isFaint: boolean;
  isUnderlined: boolean;
}

function styleAfter(style: Style, parameters: string): Style {
  const numbers = parameters.split(/[;:]/).map(Number);
  let next = style;
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] ?? 0;
    if (number === 38 || number === 48) {
      // Of 256 colours the first 16 are ours; the others, and true colours, are the text's own.
      const isIndexed = numbers[at + 1] === 5;
      const index = numbers[at + 2] ?? -1;
      if (number === 38) next = { ...next, colour: isIndexed && index < 16 ? (COLOURS[index % 8] ?? null) : null };
      at += isIndexed ? 2 : 4;
    } else next = afterCode(next, number);
  }
  return next;
}

function afterCode(style: Style, code: number): Style {
  if (code === 0) return { colour: null, isBold: false, isFaint: false, isUnderlined: false };
  if (code === 1) return { ...style, isBold: true };
  if (code === 2) return { ...style, isFaint: true };
  if (code === 4) return { ...style, isUnderlined: true };
  if (code === 22) return { ...style, isBold: false, isFaint: false };
  if (code === 24) return { ...style, isUnderlined: false };
  if (code === 39) return { ...style, colour: null };
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { ...style, colour: COLOURS[code % 10] ?? null };
  return style;
}

function classesOf(style: Style): string[] {
  return [
    ...(style.colour ? [style.colour] : []),
    ...(style.isBold ? ['bold'] : []),
    ...(style.isFaint ? ['faint'] : []),
    ...(style.isUnderlined ? ['underlined'] : []),
  ];
}
