// The order of a model's versions: what the address says, and what the API is asked for it.
import type { ModelVersionsQueryVariables } from '../generated/registry/model.ts';
import type { Sort } from '../ui/data-table.tsx';

type Order = NonNullable<ModelVersionsQueryVariables['orderBy']>;

const METRIC = 'metric.';

/** The key of the column of a metric. */
export function metricKey(name: string): string {
  return METRIC + name;
}

/** The newest first, unless an address names the size or a metric. */
export function sortOf(params: URLSearchParams): Sort {
  const key = params.get('sort') ?? '';
  const isKnown = key === 'SIZE' || (key.length > METRIC.length && key.startsWith(METRIC));
  return { key: isKnown ? key : 'INDEX', isDescending: params.get('order') !== 'asc' };
}

export function orderOf({ key, isDescending }: Sort): Order {
  const direction = isDescending ? 'DESC' : 'ASC';
  if (key.startsWith(METRIC)) return { field: 'METRIC', path: key.slice(METRIC.length), direction };
  return { field: key === 'SIZE' ? 'SIZE' : 'INDEX', direction };
}
