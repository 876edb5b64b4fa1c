// Lineages taken out of the page: as images, as text, as data. They hold the whole graph, not what the screen shows.
import { readPalette } from './canvas/palette.ts';
import type { Scene } from './canvas/scene.ts';
import { toMermaid } from './mermaid.ts';
import type { Graph } from './model.ts';
import { type SvgImage, toSvg } from './svg.ts';

/** Beyond these, browsers draw nothing on a canvas and don't say so. */
const LONGEST_SIDE = 16_000;
const MOST_PIXELS = 120_000_000;
const SHARPNESS = 2;

export type Format = 'svg' | 'png' | 'mermaid' | 'json';

/** Saves a graph as a file; `name` is its name without the ending. */
export async function exportGraph(format: Format, graph: Graph, scene: Scene, name: string): Promise<void> {
  if (format === 'mermaid') saveText(toMermaid(graph), `${name}.mmd`, 'text/plain');
  else if (format === 'json') saveText(toJson(graph), `${name}.json`, 'application/json');
  else {
    const image = toSvg(scene, { title: name, palette: readPalette(), measure: newMeasure() });
    if (format === 'svg') saveText(image.text, `${name}.svg`, 'image/svg+xml');
    else save(await toPng(image), `${name}.png`);
  }
}

/** Everything that is known of the nodes and edges. */
export function toJson(graph: Graph): string {
  const { focus, nodes, edges, clusters, hubs, completeness } = graph;
  return `${JSON.stringify({ focus, completeness, nodes: [...nodes.values()], edges, clusters, hubs }, null, 2)}\n`;
}

export function saveText(text: string, fileName: string, type: string): void {
  save(new Blob([text], { type: `${type};charset=utf-8` }), fileName);
}

function save(blob: Blob, fileName: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = safeName(fileName);
  link.click();
  // The download has begun by then; what it reads is kept until it ends.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** No sign that some system has another use for: `mnist:v3` becomes `mnist_v3`. */
export function safeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no file can be called so.
  return name.replace(/[\x00-\x1f\x7f<>:"/\\|?*]+/g, '_').replace(/^\.+/, '_');
}

/** How many pixels of the picture there are for each of the drawing: fewer when it is larger than a canvas can be. */
export function sharpnessOf({ width, height }: Pick<SvgImage, 'width' | 'height'>): number {
  return Math.min(SHARPNESS, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
}

async function toPng(image: SvgImage): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([image.text], { type: 'image/svg+xml' }));
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const scale = sharpnessOf(image);
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error('This browser could not write the picture');
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function newMeasure(): (text: string, font: string) => number {
  const pen = document.createElement('canvas').getContext('2d');
  return (text, font) => {
    if (!pen) return text.length * 7;
    pen.font = font;
    return pen.measureText(text).width;
  };
}
