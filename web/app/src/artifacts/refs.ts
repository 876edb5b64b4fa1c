// The part of a path behind the colon: a number, an alias, an alias as it stood at a time, or a digest.

export type Ref =
  | { sort: 'index' }
  | { sort: 'alias'; alias: string }
  | { sort: 'alias-at'; alias: string; at: string }
  | { sort: 'digest' };

export function parseRef(ref: string): Ref {
  if (/^v\d+$/.test(ref)) return { sort: 'index' };
  if (ref.startsWith('sha256')) return { sort: 'digest' };
  const [alias = '', at] = ref.split('@', 2);
  return at ? { sort: 'alias-at', alias, at } : { sort: 'alias', alias };
}

/** The path of a version with another ref: `withRef('acme/p/mnist:v3', 'best')`. */
export function withRef(path: string, ref: string): string {
  return `${path.slice(0, path.lastIndexOf(':'))}:${ref}`;
}
