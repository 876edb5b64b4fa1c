// Masks of images: which classes they hold, which of them are shown, and their pixels in colour.
import { asNumber, isObject, type Medium } from '../documents.ts';
import { runFileAddress } from './media.ts';
import type { ClassMap } from './png-classes.ts';

export interface Mask {
  name: string;
  url: string;
  size: number;
  labels: Readonly<Record<string, string>>;
}

/** The masks of an image that have a file. */
export function masksOf(runPath: string, image: Medium): Mask[] {
  const { masks, files } = image;
  if (image._type !== 'image' || !isObject(masks) || !isObject(files)) return [];
  return Object.entries(masks).flatMap(([name, said]) => {
    const file = files[name];
    if (!isObject(file) || typeof file.path !== 'string') return [];
    const labels = isObject(said) && isObject(said.class_labels) ? said.class_labels : {};
    return [
      {
        name,
        url: runFileAddress(runPath, file.path),
        size: asNumber(file.size) ?? 0,
        labels: Object.fromEntries(Object.entries(labels).map(([number, label]) => [number, String(label)])),
      },
    ];
  });
}

/** The masks of the same name in all images that are shown together, with the classes that they hold. */
export interface MaskGroup {
  name: string;
  /** Its place among the masks: the first is drawn whole, others striped. */
  place: number;
  classes: readonly MaskClass[];
}

export interface MaskClass {
  number: number;
  label: string;
}

/** What a legend lists of some masks and their pixels, where they have arrived. */
export function groupsOf(masks: readonly Mask[], maps: ReadonlyMap<string, ClassMap>): MaskGroup[] {
  const found = new Map<string, Map<number, string>>();
  for (const mask of masks) {
    const classes = found.get(mask.name) ?? new Map<number, string>();
    found.set(mask.name, classes);
    const map = maps.get(mask.url);
    for (const number of map ? classesIn(map) : []) classes.set(number, mask.labels[number] ?? String(number));
  }
  return [...found].map(([name, classes], place) => ({
    name,
    place,
    classes: [...classes].map(([number, label]) => ({ number, label })).sort((one, other) => one.number - other.number),
  }));
}

/** What images need to draw their masks. */
export interface ShownMasks {
  maps: ReadonlyMap<string, ClassMap>;
  groups: readonly MaskGroup[];
  switches: Switches;
  colourOf: (number: number) => Colour;
}

const KNOWN = new WeakMap<ClassMap, readonly number[]>();

/** The classes that some pixel has. */
export function classesIn(map: ClassMap): readonly number[] {
  const known = KNOWN.get(map);
  if (known) return known;
  const isThere = new Uint8Array(65_536);
  for (const number of map.classes) isThere[number] = 1;
  const found = [...isThere.keys()].filter((number) => isThere[number] === 1);
  KNOWN.set(map, found);
  return found;
}

/** Which masks and classes are shown: all but a class 0 without a name, save those that were switched. */
export class Switches {
  readonly switched: ReadonlySet<string>;

  constructor(switched: Iterable<string>) {
    this.switched = new Set(switched);
  }

  hasMask(name: string): boolean {
    return !this.switched.has(`:${name}`);
  }

  hasClass(name: string, { number, label }: MaskClass): boolean {
    const isFirst = number !== 0 || label !== '0';
    return isFirst !== this.switched.has(`${number}:${name}`);
  }

  /** What is switched once this is too; a mask without a class is the whole of it. */
  after(name: string, number?: number): string[] {
    const token = `${number ?? ''}:${name}`;
    const rest = [...this.switched].filter((one) => one !== token);
    return rest.length < this.switched.size ? rest : [...rest, token];
  }
}

export type Colour = readonly [red: number, green: number, blue: number];

/** `rgb(1, 2, 3)`, as a browser writes colours. */
export function parseColour(text: string): Colour {
  const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** The colour of a class: those there are, then each nearer to the text, then nearer to the page; others by chance. */
export function classColour(number: number, colours: readonly Colour[], text: Colour, page: Colour): Colour {
  const all = colours.length * 3;
  const place = number < all ? number : (Math.imul(number, 2_654_435_761) >>> 16) % all;
  const colour = colours[place % colours.length] ?? text;
  const round = Math.floor(place / colours.length);
  if (round === 0) return colour;
  const other = round === 1 ? text : page;
  return [mean(colour[0], other[0]), mean(colour[1], other[1]), mean(colour[2], other[2])];
}

function mean(one: number, other: number): number {
  return Math.round((one + other) / 2);
}

/** The pixels of a mask as a canvas takes them; what has no colour is clear. */
export function paint(map: ClassMap, colourOf: (number: number) => Colour | null): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(map.classes.length * 4);
  const colours = new Map(classesIn(map).map((number) => [number, colourOf(number)]));
  map.classes.forEach((number, index) => {
    const colour = colours.get(number);
    if (colour) pixels.set([...colour, 255], index * 4);
  });
  return pixels;
}
