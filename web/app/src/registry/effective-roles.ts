// What people may do in a registry: the higher of their roles in its entity and in itself.
import type { Role } from '../entity/roles.ts';

export interface Person {
  id: string;
  name: string;
  inEntity: Role | null;
  here: Role | null;
  /** Null: the registry is hidden from them. */
  effective: Role | null;
}

interface Member {
  role: Role;
  user: { id: string; name: string };
}

const RANKS: Record<Role, number> = { VIEWER: 0, MEMBER: 1, ADMIN: 2 };

/** Everybody of the entity, by name. A restricted registry is seen by its own people and admins of the entity alone. */
export function effectiveRoles(entity: readonly Member[], here: readonly Member[], isRestricted: boolean): Person[] {
  const people = new Map<string, Person>();
  for (const { user, role } of entity) people.set(user.id, { ...user, inEntity: role, here: null, effective: null });
  for (const { user, role } of here) {
    const known = people.get(user.id) ?? { ...user, inEntity: null, effective: null };
    people.set(user.id, { ...known, here: role });
  }
  for (const person of people.values()) {
    const isHidden = isRestricted && person.here === null && person.inEntity !== 'ADMIN';
    person.effective = isHidden ? null : higher(person.inEntity, person.here);
  }
  return [...people.values()].sort((one, other) => one.name.localeCompare(other.name));
}

function higher(one: Role | null, other: Role | null): Role | null {
  if (one === null || other === null) return one ?? other;
  return RANKS[one] >= RANKS[other] ? one : other;
}
