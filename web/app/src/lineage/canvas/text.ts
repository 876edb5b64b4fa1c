// Names that are too long for their place: cut in the middle, so that the beginning and the `:v12` of a version stay.

export type Measure = (text: string, font: string) => number;

const ELLIPSIS = '…';
const MOST_KEPT = 20_000;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The signs of a text as people see them: an emoji or a letter with its accents is one. */
export function signsOf(text: string): string[] {
  return Array.from(graphemes.segment(text), (one) => one.segment);
}

/** The end of a name that tells versions apart: `:v3` of `mnist:v3`, nothing of other names. */
export function versionEnd(name: string): string {
  return /:v\d+$/.exec(name)?.[0] ?? '';
}

/** A name that fits into a width: `mnist-prepro…ed:v12`. What measures is asked about 7 times, whatever the length. */
export function cutMiddle(name: string, width: number, measure: (text: string) => number): string {
  if (measure(name) <= width) return name;
  const end = versionEnd(name);
  const signs = signsOf(end ? name.slice(0, -end.length) : name);
  const cutTo = (kept: number) => {
    const tail = Math.floor(kept / 4);
    const head = kept - tail;
    return signs.slice(0, head).join('') + ELLIPSIS + (tail ? signs.slice(-tail).join('') : '') + end;
  };
  let fits = 0;
  let fails = signs.length;
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    if (measure(cutTo(middle)) <= width) fits = middle;
    else fails = middle;
  }
  return cutTo(fits);
}

/** A text that fits into a width, cut at its end. */
export function cutEnd(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) return text;
  const signs = signsOf(text);
  let fits = 0;
  let fails = signs.length;
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    if (measure(signs.slice(0, middle).join('') + ELLIPSIS) <= width) fits = middle;
    else fails = middle;
  }
  return signs.slice(0, fits).join('') + ELLIPSIS;
}

/** Cut texts and widths, kept: a frame draws the same names as the one before. */
export class TextCache {
  readonly #measure: Measure;
  readonly #widths = new Map<string, number>();
  readonly #cuts = new Map<string, string>();

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  width(text: string, font: string): number {
    return keptIn(this.#widths, `${font}\n${text}`, () => this.#measure(text, font));
  }

  middle(name: string, width: number, font: string): string {
    return keptIn(this.#cuts, `m${Math.round(width)}\n${font}\n${name}`, () =>
      cutMiddle(name, width, (text) => this.#measure(text, font)),
    );
  }

  end(text: string, width: number, font: string): string {
    return keptIn(this.#cuts, `e${Math.round(width)}\n${font}\n${text}`, () =>
      cutEnd(text, width, (one) => this.#measure(one, font)),
    );
  }
}

function keptIn<Value>(kept: Map<string, Value>, key: string, make: () => Value): Value {
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= MOST_KEPT) kept.clear();
  const made = make();
  kept.set(key, made);
  return made;
}
