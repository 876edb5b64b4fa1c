// Which query belongs to the object that a Headwater address names.
import container from './queries/object_container.graphql?raw';
import collection from './queries/object_collection.graphql?raw';
import entity from './queries/object_entity.graphql?raw';
import run from './queries/object_run.graphql?raw';
import version from './queries/object_version.graphql?raw';

/** The path named by `?path=`; null without. */
export function pathOf(location) {
  const path = new URLSearchParams(location.search).get('path') ?? '';
  return path.replace(/^\/+|\/+$/g, '') || null;
}

/** The query behind a page of the web UI, which it hands over in the fragment: no server and no log sees that. */
export function givenTab(location) {
  const given = new URLSearchParams(location.hash.slice(1));
  const query = given.get('query');
  return query ? { query, variables: given.get('variables') ?? '{}' } : null;
}

/** The tab for an object: its query and its variables. */
export function objectTab(path) {
  const parts = path.split('/');
  if (parts.length === 1) return tab(entity, { name: path });
  if (parts[2] === '-' && parts[3] === 'runs' && parts[4]) {
    return tab(run, { path: [parts[0], parts[1], parts[4]].join('/') });
  }
  if (path.includes(':')) return tab(version, { path });
  if (parts.length === 2) return tab(container, { path });
  return tab(collection, { path });
}

export function tab(query, variables) {
  return { query, variables: JSON.stringify(variables, null, 2) };
}
