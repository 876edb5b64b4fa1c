// What a list of versions is asked for, from the address of the page.
import type { ListedVersionsQueryVariables } from '../generated/artifacts/browser.ts';
import type { Sort } from '../ui/data-table.tsx';

type Filter = NonNullable<ListedVersionsQueryVariables['filter']>;
type Order = NonNullable<ListedVersionsQueryVariables['orderBy']>;

const FIELDS: readonly Order['field'][] = ['CREATED_AT', 'SIZE', 'INDEX'];

/** `-SIZE` is the largest first; anything else is no order of ours. */
export function sortOf(params: URLSearchParams): Sort | null {
  const text = params.get('sort') ?? '';
  const isDescending = text.startsWith('-');
  const key = isDescending ? text.slice(1) : text;
  return FIELDS.some((field) => field === key) ? { key, isDescending } : null;
}

export function sortText(sort: Sort): string {
  return `${sort.isDescending ? '-' : ''}${sort.key}`;
}

export function orderOf(sort: Sort | null): Order | null {
  const field = FIELDS.find((one) => one === sort?.key);
  return field ? { field, direction: sort?.isDescending ? 'DESC' : 'ASC' } : null;
}

export function filterOf(params: URLSearchParams, types: readonly string[] = []): Filter {
  const aliases = params.getAll('alias');
  const tags = params.getAll('tag');
  const consumed = params.get('used');
  return {
    types: types.length ? [...types] : null,
    aliases: aliases.length ? aliases : null,
    tags: tags.length ? tags : null,
    consumed: consumed === 'yes' ? true : consumed === 'no' ? false : null,
    search: params.get('find')?.normalize('NFKC') || null,
  };
}
