// What the search box offers: what the service found, and the commands of the page whose names hold the text.
import type { SearchQuery } from '../generated/shell/search.ts';
import type { MessageKey } from '../lib/messages.tsx';
import { hrefOf, runHref, tabHref } from '../lib/routes.ts';

type Found = SearchQuery['search'][number];

export interface Hit {
  id: string;
  kind: MessageKey;
  name: string;
  /** What stands behind the name: the path, the job type. */
  note: string;
  href: string;
  /** Where Alt-Enter leads; null where there is no lineage. */
  lineageHref: string | null;
  found: Found;
}

/** How a thing that was found is shown, and where it leads. */
export function hitOf(found: Found): Hit {
  switch (found.__typename) {
    case 'Project':
      return container(found, 'search.project');
    case 'Registry':
      return container(found, 'search.registry');
    case 'Collection': {
      const kind = found.collectionKind === 'REGISTRY' ? 'search.model' : 'search.artifact';
      return { ...container(found, kind), note: `${found.path} · ${found.type}`, lineageHref: null };
    }
    case 'Run':
      return {
        id: found.id,
        kind: 'search.run',
        name: found.name,
        note: [found.path, found.jobType].filter(Boolean).join(' · '),
        href: runHref(found.path),
        lineageHref: runHref(found.path, 'lineage'),
        found,
      };
    case 'ArtifactVersion':
    case 'RegistryVersion':
      return {
        id: found.id,
        kind: found.__typename === 'RegistryVersion' ? 'search.registryVersion' : 'search.version',
        name: found.name,
        note: `${found.path} · ${found.type}`,
        href: hrefOf(found.path),
        lineageHref: tabHref(found.path, 'lineage'),
        found,
      };
  }
}

function container(found: { id: string; name: string; path: string } & Found, kind: MessageKey): Hit {
  const { id, name, path } = found;
  return { id, kind, name, note: path, href: hrefOf(path), lineageHref: tabHref(path, 'lineage'), found };
}
