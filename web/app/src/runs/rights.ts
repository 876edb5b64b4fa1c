interface Placed {
  ending: unknown;
  project: { entity: { viewerRole: 'VIEWER' | 'MEMBER' | 'ADMIN' | null } };
}

/** Whether the viewer may change a run: members may, as long as it is there. */
export function mayChange(run: Placed): boolean {
  const role = run.project.entity.viewerRole;
  return run.ending === null && (role === 'MEMBER' || role === 'ADMIN');
}
