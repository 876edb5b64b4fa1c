import type { Laid } from './use-layout.ts';

/** The boxes with a node whose name, type or alias has all the words, from left to right and top to bottom. */
export function findMatches({ graph, layout }: Laid, text: string): string[] {
  const words = text.normalize('NFKC').toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const isFound = (id: string) => {
    const node = graph.nodes.get(id);
    if (!node) return false;
    const said = [node.name, node.type ?? '', ...node.aliases].join(' ').normalize('NFKC').toLocaleLowerCase();
    return words.every((word) => said.includes(word));
  };
  return layout.boxes
    .filter((box) => box.members.some(isFound))
    .toSorted((one, other) => one.x - other.x || one.y - other.y)
    .map((box) => box.id);
}
