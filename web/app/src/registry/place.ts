// Who may move which alias of a registered model, as far as that is known before the server is asked.

export type Role = 'VIEWER' | 'MEMBER' | 'ADMIN';

/** A registry, or the project of a registered model that lies in one. */
export type Container =
  | {
      __typename: 'Registry';
      viewerRole: Role | null;
      protectedAliases: readonly string[];
      guards: readonly { name: string }[];
    }
  | { __typename: 'Project'; entity: { viewerRole: Role | null } };

interface Guarded {
  container: Container;
  guards: readonly { name: string }[];
}

export interface Place {
  role: Role | null;
  protectedAliases: ReadonlySet<string>;
  guardedAliases: ReadonlySet<string>;
}

export function placeOf(model: Guarded): Place {
  const { container } = model;
  const inherited = container.__typename === 'Registry' ? container.guards : [];
  return {
    role: container.__typename === 'Registry' ? container.viewerRole : container.entity.viewerRole,
    protectedAliases: new Set(container.__typename === 'Registry' ? container.protectedAliases : []),
    guardedAliases: new Set([...inherited, ...model.guards].map((guard) => guard.name)),
  };
}

export const LATEST = 'latest';

/** `write`: may move unprotected aliases, link, edit. `admin`: all. `read`: nothing but look. */
export type Right = 'read' | 'write' | 'admin';

export function rightIn(role: Role | null, isReadOnly: boolean): Right {
  if (isReadOnly || role === null || role === 'VIEWER') return 'read';
  return role === 'ADMIN' ? 'admin' : 'write';
}

/** The aliases that a person may think of: those that point somewhere, are protected or are guarded; not `latest`. */
export function knownAliases(place: Place, aliases: readonly { name: string }[]): string[] {
  const names = new Set([...place.protectedAliases, ...place.guardedAliases, ...aliases.map((alias) => alias.name)]);
  names.delete(LATEST);
  const weight = (name: string) => (place.protectedAliases.has(name) ? 0 : 1);
  return [...names].sort((one, other) => weight(one) - weight(other) || one.localeCompare(other));
}

/** Whether a move of an alias takes the consent of nobody else. */
export function mayMove(alias: string, place: Place, right: Right): boolean {
  return right === 'admin' || (right === 'write' && !place.protectedAliases.has(alias));
}

/** Aliases with `latest` behind the others, which say more. */
export function latestLast(names: readonly string[]): string[] {
  return [...names.filter((name) => name !== LATEST), ...names.filter((name) => name === LATEST)];
}

/** The words of a list that a person typed: separated by commas, Western or Japanese, each once. */
export function wordsOf(text: string): string[] {
  const words = text.split(/[,、，]/).map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ''))];
}
