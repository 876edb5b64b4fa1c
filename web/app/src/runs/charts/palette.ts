// How curves are told apart: by colour, and by dashes, which are also there without colour.
export const CURVE_COLOURS = [
  '--version-stroke',
  '--crashed',
  '--run-stroke',
  '--path',
  '--cluster-stroke',
  '--registry-stroke',
  '--failed',
  '--killed',
] as const;

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

export function colourOf(index: number): (typeof CURVE_COLOURS)[number] {
  return CURVE_COLOURS[index % CURVE_COLOURS.length] ?? CURVE_COLOURS[0];
}

/** Every second curve is dashed, and those of a colour that comes again otherwise. */
export function dashOf(index: number): number[] {
  return [...(DASHES[((index % 2) + 2 * Math.floor(index / CURVE_COLOURS.length)) % DASHES.length] ?? [])];
}
