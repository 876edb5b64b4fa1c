import { describe, expect, it } from 'vitest';
import type { Palette } from './canvas/palette.ts';
import { toCsv } from './csv.ts';
import { sceneOf } from './explorer-scene.ts';
import { safeName, sharpnessOf, toJson } from './exports.ts';
import { layOut } from './layout.ts';
import { toMermaid } from './mermaid.ts';
import type { Graph } from './model.ts';
import { graphOf, newNode, randomGraph } from './random-graph.ts';
import { toSvg } from './svg.ts';

const LOOK = { fill: '#fff', stroke: '#000', text: '#111' };
const PALETTE: Palette = {
  canvas: '#fbfcfd',
  surface: '#f6f8fa',
  page: '#fff',
  text: '#1f2328',
  muted: '#59636e',
  line: '#ddd',
  edge: '#7d8590',
  focus: '#0969da',
  path: '#b3127a',
  protected: '#8a4b00',
  recalled: '#c4262e',
  shapes: { run: LOOK, version: LOOK, registry: LOOK, cluster: LOOK, hidden: LOOK },
  states: { RUNNING: '#00f', FINISHED: '#0f0', FAILED: '#f00', CRASHED: '#f80', KILLED: '#888' },
  isForced: false,
  font: 'system-ui, "Noto Sans JP"',
};
const HOSTILE = '"><script>alert(1)</script>&\u0000\ud800`#;\n日本語 ]]> -->';

function svgOf(graph: Graph) {
  const layout = layOut({ graph, open: new Set(), alone: new Set(), pinned: new Map(), mostRows: 40 });
  const scene = sceneOf(graph, layout, (key) => key);
  return { layout, image: toSvg(scene, { title: HOSTILE, palette: PALETTE, measure: (text) => text.length * 7 }) };
}

/** Opens what it is given as XML; an error is a document that says so. */
function parse(text: string): Document {
  const parsed = new DOMParser().parseFromString(text, 'application/xml');
  expect(parsed.querySelector('parsererror')?.textContent ?? '').toBe('');
  return parsed;
}

function hostileGraph(): Graph {
  const data = { ...newNode('data', 'ARTIFACT_VERSION', `${HOSTILE}:v3`, HOSTILE), aliases: [HOSTILE] };
  const train = newNode('train', 'RUN', HOSTILE, HOSTILE);
  const edge = { source: 'data', target: 'train', kind: 'CONSUMED' as const, isReused: false, at: 0 };
  return graphOf([data, train], [edge], 'data');
}

describe('the SVG image', () => {
  it('is well-formed and holds no element of a hostile name', () => {
    const { image } = svgOf(hostileGraph());

    const names = new Set([...parse(image.text).querySelectorAll('*')].map((one) => one.localName));
    expect([...names].toSorted()).toEqual(['g', 'path', 'rect', 'svg', 'text', 'title']);
    expect(image.text).toContain('&lt;script&gt;');
    expect(image.text).toContain('日本語');
    expect(image.text).not.toContain('\u0000');
    expect(image.text).not.toMatch(/\p{Surrogate}/u);
  });

  it('has every box and every line of the layout', () => {
    const { layout, image } = svgOf(randomGraph({ seed: 5, size: 120, cycles: 2, links: 0.2 }));

    const drawn = parse(image.text);
    expect(drawn.querySelectorAll('g').length).toBe(layout.boxes.length);
    expect(drawn.querySelectorAll('path[stroke-width="1.25"], path[stroke-width="3.5"]').length).toBe(
      layout.routes.length,
    );
  });

  it('has room for all that is drawn', () => {
    const { layout, image } = svgOf(randomGraph({ seed: 6, size: 80, cycles: 2 }));

    const [x = 0, y = 0, width = 0, height = 0] = (/viewBox="([^"]+)"/.exec(image.text)?.[1] ?? '')
      .split(' ')
      .map(Number);
    expect([width, height]).toEqual([image.width, image.height]);
    expect(x).toBeLessThanOrEqual(layout.left);
    expect(y).toBeLessThanOrEqual(layout.top);
    expect(x + width).toBeGreaterThanOrEqual(layout.left + layout.width);
    expect(y + height).toBeGreaterThanOrEqual(layout.top + layout.height);
  });
});

describe('the PNG picture', () => {
  it('has two pixels for one, and fewer when a canvas could not hold them', () => {
    expect(sharpnessOf({ width: 800, height: 600 })).toBe(2);
    expect(sharpnessOf({ width: 32_000, height: 100 })).toBe(0.5);
    expect(sharpnessOf({ width: 12_000, height: 12_000 })).toBeLessThan(1);
  });
});

describe('the Mermaid text', () => {
  it('has all nodes and edges, and no sign that Mermaid would read', () => {
    expect(toMermaid(hostileGraph())).toBe(
      [
        'flowchart LR',
        '  n0["#34;#62;#60;script#62;alert(1)#60;/script#62;#38; \ud800#96;#35;#59; 日本語 ]]#62; --#62;:v3"]',
        '  n1(["#34;#62;#60;script#62;alert(1)#60;/script#62;#38; \ud800#96;#35;#59; 日本語 ]]#62; --#62;"])',
        '  n0 --> n1',
        '',
      ].join('\n'),
    );
  });

  it('draws links as dotted arrows to hexagons', () => {
    const nodes = [newNode('a', 'ARTIFACT_VERSION', 'model:v0', null), newNode('b', 'REGISTRY_VERSION', 'M:v1', null)];
    const link = { source: 'a', target: 'b', kind: 'LINKED_TO' as const, isReused: false, at: 0 };

    expect(toMermaid(graphOf(nodes, [link], 'a'))).toBe(
      'flowchart LR\n  n0["model:v0"]\n  n1{{"M:v1"}}\n  n0 -.-> n1\n',
    );
  });
});

describe('the JSON', () => {
  it('has all nodes and edges', () => {
    const graph = randomGraph({ seed: 8, size: 40 });

    const read = JSON.parse(toJson(graph));

    expect(read.nodes).toEqual([...graph.nodes.values()]);
    expect(read.edges).toEqual(graph.edges);
    expect(read.focus).toBe(graph.focus);
  });
});

describe('CSV', () => {
  it('quotes what needs it, and lets no cell be a formula', () => {
    const rows = [
      ['a,b', 'say "hi"', 'two\nlines', null],
      ['=1+1', '＝wide', '@x', -5],
    ];

    expect(toCsv(['name', 'b', 'c', 'd'], rows)).toBe(
      '\uFEFFname,b,c,d\r\n"a,b","say ""hi""","two\nlines",\r\n\'=1+1,\'＝wide,\'@x,-5\r\n',
    );
  });
});

describe('the name of a file', () => {
  it('has no sign that a system keeps for itself', () => {
    expect(safeName('lineage acme/データ:v3.svg')).toBe('lineage acme_データ_v3.svg');
    expect(safeName('../../x')).toBe('__.._x');
  });
});
