// What the viewer may do with what lies in a project or a registry. The server decides; this says so beforehand.
import { useViewer, type Viewer } from '../lib/places.ts';

type Role = 'VIEWER' | 'MEMBER' | 'ADMIN';

/** A project or a registry, as the fragment `ContainerRights` asks for it. */
export type RightsHolder =
  | { __typename: 'Project'; path: string; entity: { viewerRole: Role | null } }
  | { __typename: 'Registry'; path: string; viewerRole: Role | null; protectedAliases: readonly string[] };

export interface Rights {
  /** Whether it may log, link, move aliases and change facts. */
  canWrite: boolean;
  isAdmin: boolean;
  /** Whether only admins move this alias. */
  isProtected: (alias: string) => boolean;
  /** Whether the viewer may move this alias; `latest` moves only by itself. */
  canMove: (alias: string) => boolean;
}

export function rightsIn(container: RightsHolder, viewer: Pick<Viewer, 'isReadOnly'>): Rights {
  const role = container.__typename === 'Registry' ? container.viewerRole : container.entity.viewerRole;
  const canWrite = !viewer.isReadOnly && (role === 'MEMBER' || role === 'ADMIN');
  const isAdmin = !viewer.isReadOnly && role === 'ADMIN';
  const names = container.__typename === 'Registry' ? container.protectedAliases : [];
  const isProtected = (alias: string) => names.includes(alias);
  return {
    canWrite,
    isAdmin,
    isProtected,
    canMove: (alias) => alias !== 'latest' && canWrite && (isAdmin || !isProtected(alias)),
  };
}

export function useRights(container: RightsHolder): Rights {
  return rightsIn(container, useViewer());
}
