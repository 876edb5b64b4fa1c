// A graph as the text of a Mermaid flowchart, drawn as the service draws its own.
import type { Kind } from '../ui/state.tsx';
import type { Graph } from './model.ts';

/** Runs are rounded, registry versions hexagons. */
const SHAPES: Record<Kind, readonly [string, string]> = {
  RUN: ['(["', '"])'],
  ARTIFACT_VERSION: ['["', '"]'],
  REGISTRY_VERSION: ['{{"', '"}}'],
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a label must not hold.
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g;
/** All that Mermaid reads as syntax or as markup inside a quoted label. */
const SYNTAX = /[#"<>&`\\;]/g;

export function toMermaid(graph: Graph): string {
  const keys = new Map([...graph.nodes.keys()].map((id, number) => [id, `n${number}`]));
  const nodes = [...graph.nodes.values()].map((node) => {
    const [opening, closing] = SHAPES[node.kind];
    return `  ${keys.get(node.id)}${opening}${labelOf(node.name)}${closing}`;
  });
  const edges = graph.edges.map((edge) => {
    const arrow = edge.kind === 'LINKED_TO' ? '-.->' : '-->';
    return `  ${keys.get(edge.source)} ${arrow} ${keys.get(edge.target)}`;
  });
  return `${['flowchart LR', ...nodes, ...edges].join('\n')}\n`;
}

function labelOf(text: string): string {
  return text.replace(CONTROL, ' ').replace(SYNTAX, (sign) => `#${sign.charCodeAt(0)};`);
}
