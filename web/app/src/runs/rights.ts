interface Placed {
  ending: unknown;
  project: { entity: { viewerRole: 'VIEWER' | 'MEMBER' | 'ADMIN' | null } };
}

/** Whether the viewer may change things in the project of a run. */
export function isMember(run: Placed): boolean {
  const role = run.project.entity.viewerRole;
  return role === 'MEMBER' || role === 'ADMIN';
}

/** Whether the viewer may change a run: as long as it is there. */
export function mayChange(run: Placed): boolean {
  return run.ending === null && isMember(run);
}
