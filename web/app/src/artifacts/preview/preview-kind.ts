// How a file is shown, from its name. Nothing is ever run: pages, drawings and scripts of others are shown as their text
// or as an image, and what has no known name is looked into.

export type PreviewKind = 'image' | 'svg' | 'text' | 'json' | 'table' | 'parquet' | 'audio' | 'video' | 'unknown';

const KINDS: Record<Exclude<PreviewKind, 'unknown'>, string> = {
  image: 'png jpg jpeg gif webp avif bmp',
  svg: 'svg',
  text:
    'txt md rst log py ipynb js ts tsx jsx mjs css html htm xml yaml yml toml ini cfg conf sh bash zsh r jl go rs java c ' +
    'h cc cpp hpp cu sql tex bib diff patch proto graphql dockerfile makefile gitignore env lock',
  json: 'json',
  table: 'csv tsv',
  parquet: 'parquet',
  audio: 'wav mp3 ogg flac m4a opus',
  video: 'mp4 webm mov m4v',
};

const BY_EXTENSION = new Map<string, PreviewKind>(
  Object.entries(KINDS).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind as PreviewKind])),
);

export function previewKind(path: string): PreviewKind {
  return BY_EXTENSION.get(extensionOf(path)) ?? 'unknown';
}

/** What stands behind the last dot of the name, or the whole name: `Makefile` is one too. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Types of images that the address of a preview gives; others are read and shown from memory. */
export function isServedAsImage(path: string): boolean {
  return ['png', 'jpg', 'jpeg', 'gif', 'webp'].includes(extensionOf(path));
}
