import { hrefOf, runHref, tabHref } from '../lib/routes.ts';
import type { GraphNode } from './model.ts';

type Named = Pick<GraphNode, 'kind' | 'path'>;

/** The page of a node. */
export function pathOf(node: Named): string {
  return node.kind === 'RUN' ? runHref(node.path) : hrefOf(node.path);
}

/** A tab of its page. */
export function tabOf(node: Named, tab: string): string {
  return node.kind === 'RUN' ? runHref(node.path, tab) : tabHref(node.path, tab);
}
