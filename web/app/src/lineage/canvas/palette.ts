// The colours and fonts of the canvas: the tokens of the page, read when the theme changes.
import { readColours } from '../../lib/theme.ts';
import type { RunState } from '../../ui/state.tsx';

const TOKENS = [
  '--canvas',
  '--surface',
  '--page',
  '--text',
  '--muted',
  '--line',
  '--edge',
  '--focus',
  '--path',
  '--protected',
  '--recalled',
  '--run-fill',
  '--run-stroke',
  '--run-text',
  '--version-fill',
  '--version-stroke',
  '--version-text',
  '--registry-fill',
  '--registry-stroke',
  '--registry-text',
  '--cluster-fill',
  '--cluster-stroke',
  '--cluster-text',
  '--hidden-fill',
  '--hidden-stroke',
  '--hidden-text',
  '--running',
  '--finished',
  '--failed',
  '--crashed',
  '--killed',
] as const;

export type Shape = 'run' | 'version' | 'registry' | 'cluster' | 'hidden';

export interface Look {
  fill: string;
  stroke: string;
  text: string;
}

export interface Palette {
  canvas: string;
  surface: string;
  page: string;
  text: string;
  muted: string;
  line: string;
  edge: string;
  focus: string;
  path: string;
  protected: string;
  recalled: string;
  shapes: Record<Shape, Look>;
  states: Record<RunState, string>;
  /** The system's own colours are forced: nothing may be told by a fill. */
  isForced: boolean;
  font: string;
}

const SHAPES: readonly Shape[] = ['run', 'version', 'registry', 'cluster', 'hidden'];

export function readPalette(): Palette {
  const isForced = window.matchMedia('(forced-colors: active)').matches;
  const colours = readColours(TOKENS);
  const look = (shape: Shape): Look => ({
    fill: colours[`--${shape}-fill`],
    stroke: colours[`--${shape}-stroke`],
    text: colours[`--${shape}-text`],
  });
  const palette: Palette = {
    canvas: colours['--canvas'],
    surface: colours['--surface'],
    page: colours['--page'],
    text: colours['--text'],
    muted: colours['--muted'],
    line: colours['--line'],
    edge: colours['--edge'],
    focus: colours['--focus'],
    path: colours['--path'],
    protected: colours['--protected'],
    recalled: colours['--recalled'],
    shapes: {
      run: look('run'),
      version: look('version'),
      registry: look('registry'),
      cluster: look('cluster'),
      hidden: look('hidden'),
    },
    states: {
      RUNNING: colours['--running'],
      FINISHED: colours['--finished'],
      FAILED: colours['--failed'],
      CRASHED: colours['--crashed'],
      KILLED: colours['--killed'],
    },
    isForced,
    font: getComputedStyle(document.body).fontFamily,
  };
  return isForced ? forced(palette) : palette;
}

// Forced colours do not reach into a canvas: its own have to be the system's.
function forced(palette: Palette): Palette {
  const look: Look = { fill: 'Canvas', stroke: 'CanvasText', text: 'CanvasText' };
  const states = { RUNNING: 'CanvasText', FINISHED: 'CanvasText', FAILED: 'CanvasText' };
  return {
    ...palette,
    canvas: 'Canvas',
    surface: 'Canvas',
    page: 'Canvas',
    text: 'CanvasText',
    muted: 'CanvasText',
    line: 'CanvasText',
    edge: 'CanvasText',
    focus: 'Highlight',
    path: 'Highlight',
    protected: 'CanvasText',
    recalled: 'CanvasText',
    shapes: Object.fromEntries(SHAPES.map((shape) => [shape, look])) as Record<Shape, Look>,
    states: { ...states, CRASHED: 'CanvasText', KILLED: 'CanvasText' },
  };
}
