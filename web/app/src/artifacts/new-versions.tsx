import { useEffect } from 'react';
import { useT } from '../lib/messages.tsx';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import type { useVersions } from './version-table.tsx';

const FILTERS = ['alias', 'tag', 'used', 'find', 'type'];

interface NewVersionsProps {
  pages: ReturnType<typeof useVersions>;
  /** How many there are now, as the page learns while it is open. */
  count: number | undefined;
}

/** Says that versions came since the list was asked for. The list moves when the viewer says so, or when it is empty. */
export function NewVersions({ pages, count }: NewVersionsProps) {
  const t = useT();
  const [params] = useParams();
  const isFiltered = FILTERS.some((name) => params.has(name));
  const added = (count ?? 0) - (pages.totalCount ?? count ?? 0);
  const { reload } = pages;
  const isFirst = pages.totalCount === 0 && added > 0 && !isFiltered;
  useEffect(() => {
    if (isFirst) reload();
  }, [isFirst, reload]);
  return (
    // There before it says anything: only then is it read out.
    <span role="status">
      {added > 0 && !isFirst && !isFiltered && (
        <Button onPress={reload}>{t('artifacts.newVersions', { count: added })}</Button>
      )}
    </span>
  );
}
