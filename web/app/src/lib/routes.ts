// Addresses of pages and what they name. The path of an object is the path that the SDK takes.
//
//     /acme                          an entity
//     /acme/digits                   a project or a registry
//     /acme/digits/-/runs            a tab of it; /acme/digits/-/runs/<key>/charts a tab of a run
//     /acme/digits/model             a collection
//     /acme/digits/model:v3          a version, by number, alias, `alias@time` or digest; /-/<tab> behind it
//     /acme/digits/model:v3...v7     two versions of a collection, compared
//     /-/settings/keys               what belongs to no object

export type Route =
  | { page: 'home' }
  | { page: 'settings'; tab: string }
  | { page: 'entity'; entity: string; tab: string }
  | { page: 'container'; entity: string; container: string; tab: string }
  | { page: 'run'; entity: string; container: string; run: string; tab: string }
  | { page: 'collection'; entity: string; container: string; name: string; tab: string }
  | { page: 'version'; entity: string; container: string; name: string; ref: string; tab: string }
  | { page: 'compare'; entity: string; container: string; name: string; ref: string; other: string }
  | { page: 'missing' };

const COMPARED = '...';

/** What the path of an address names; `missing` when that is nothing of ours. */
export function parseRoute(pathname: string): Route {
  const parts = decodedParts(pathname);
  if (!parts) return { page: 'missing' };
  const end = parts.indexOf('-');
  const own = end < 0 ? parts : parts.slice(0, end);
  const [tab = '', ...rest] = end < 0 ? [] : parts.slice(end + 1);
  const [entity, container, last] = own;
  if (entity === undefined) return ownPage(tab, rest);
  if (container === undefined) return rest.length ? { page: 'missing' } : { page: 'entity', entity, tab };
  if (last !== undefined && own.length > 3) return { page: 'missing' };
  if (last !== undefined) return rest.length ? { page: 'missing' } : named({ entity, container, tab }, last);
  if (tab === 'runs' && rest[0]) {
    return rest.length > 2 ? { page: 'missing' } : { page: 'run', entity, container, run: rest[0], tab: rest[1] ?? '' };
  }
  return rest.length ? { page: 'missing' } : { page: 'container', entity, container, tab };
}

function ownPage(tab: string, rest: string[]): Route {
  if (tab === '') return { page: 'home' };
  return tab === 'settings' && rest.length < 2 ? { page: 'settings', tab: rest[0] ?? '' } : { page: 'missing' };
}

function named(place: { entity: string; container: string; tab: string }, last: string): Route {
  const colon = last.indexOf(':');
  if (colon < 0) return { page: 'collection', name: last, ...place };
  const name = last.slice(0, colon);
  const ref = last.slice(colon + 1);
  const [left, right] = ref.split(COMPARED);
  if (left && right)
    return { page: 'compare', entity: place.entity, container: place.container, name, ref: left, other: right };
  return { page: 'version', name, ref, ...place };
}

/** The path of an address as people write it, and as the SDK takes it; an address that is none stays as it is. */
export function pathText(pathname: string): string {
  return decodedParts(pathname)?.join('/') ?? pathname;
}

function decodedParts(pathname: string): string[] | null {
  try {
    return pathname
      .split('/')
      .filter((part) => part !== '')
      .map((part) => decodeURIComponent(part).normalize('NFC'));
  } catch {
    return null;
  }
}

/** The address of an object's path, as the API gives it in `path`: names are encoded, slashes stay. */
export function hrefOf(path: string): string {
  return `/${path.split('/').map(encodePart).join('/')}`;
}

/** The address of a tab of an object: `tabHref('acme/digits', 'runs', 'a1b2')`; of our own pages with an empty path. */
export function tabHref(path: string, ...tabs: string[]): string {
  const wanted = tabs.filter((tab) => tab !== '');
  const base = path === '' ? '' : hrefOf(path);
  return wanted.length ? `${base}/-/${wanted.map(encodePart).join('/')}` : base || '/';
}

/** The address of a run, from its path `entity/project/key`. */
export function runHref(path: string, tab = ''): string {
  const [entity = '', project = '', key = ''] = path.split('/');
  return tabHref(`${entity}/${project}`, 'runs', key, tab);
}

/** The address of what a version reaches: all that came from it. */
export function reachHref(path: string): string {
  return `${tabHref(path, 'lineage')}?view=impact`;
}

/** The address of two versions compared, from the path of one and the ref of the other. */
export function compareHref(path: string, other: string): string {
  return hrefOf(`${path}${COMPARED}${other}`);
}

// `:` and `@` may stand in a path as they are, and are easier to read so.
function encodePart(part: string): string {
  return encodeURIComponent(part).replaceAll('%3A', ':').replaceAll('%40', '@');
}
