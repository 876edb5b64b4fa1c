import type { MessageKey } from '../lib/messages.tsx';

export type Role = 'VIEWER' | 'MEMBER' | 'ADMIN';

export const ROLES: readonly Role[] = ['VIEWER', 'MEMBER', 'ADMIN'];
export const ROLE_LABELS: Record<Role, MessageKey> = {
  VIEWER: 'role.viewer',
  MEMBER: 'role.member',
  ADMIN: 'role.admin',
};
export const ROLE_HINTS: Record<Role, MessageKey> = {
  VIEWER: 'role.viewerHint',
  MEMBER: 'role.memberHint',
  ADMIN: 'role.adminHint',
};
