// The table of a lineage as a file for spreadsheets.
import { toCsv } from './csv.ts';
import type { TableRow } from './table.ts';

const COLUMNS = ['distance', 'direction', 'kind', 'type', 'name', 'path', 'state', 'aliases', 'inputs', 'outputs'];
const HIDDEN = ['hidden_upstream', 'hidden_downstream', 'not_visible', 'recall', 'created_at', 'url'];

/** One row for each node, in the words of the API, so that scripts read it in any language. */
export function tableCsv(rows: readonly TableRow[]): string {
  return toCsv(
    [...COLUMNS, ...HIDDEN],
    rows.map(({ node, distance, direction }) => [
      distance,
      direction,
      node.kind,
      node.type,
      node.name,
      node.path,
      node.state,
      node.aliases.join(' / '),
      node.inputs,
      node.outputs,
      node.hiddenUp,
      node.hiddenDown,
      node.forbiddenUp + node.forbiddenDown,
      node.recall,
      new Date(node.createdAt).toISOString(),
      node.url,
    ]),
  );
}
