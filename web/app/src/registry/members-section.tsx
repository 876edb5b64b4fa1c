import { ROLE_HINTS, ROLE_LABELS, ROLES, type Role } from '../entity/roles.ts';
import {
  RegistryMembersDocument,
  type RegistryMembersQuery,
  RemoveRegistryMemberDocument,
  SetRegistryMemberDocument,
} from '../generated/registry/members.ts';
import { type Translate, useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/field.tsx';
import { Failure, Loading, Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { effectiveRoles, type Person } from './effective-roles.ts';
import styles from './registry.module.css';

type Registry = NonNullable<RegistryMembersQuery['registry']>;

/** Who may do what in a registry, and where that comes from: the entity, the registry itself, or the higher of both. */
export function MembersSection({ path, canEdit }: { path: string; canEdit: boolean }) {
  const t = useT();
  const { data, error, reload } = useData(RegistryMembersDocument, { path });
  const registry = data?.registry;
  return (
    <section className={styles.section} aria-labelledby="members">
      <h2 id="members">{t('registry.members')}</h2>
      {error && <Failure error={error} onRetry={reload} />}
      {!data && !error && <Loading lines={4} />}
      {registry && (
        <>
          <p className={styles.note}>
            {t(registry.visibility === 'RESTRICTED' ? 'registry.membersRestricted' : 'registry.membersOpen')}
          </p>
          <MemberList registry={registry} canEdit={canEdit} onChange={reload} />
        </>
      )}
    </section>
  );
}

interface MemberListProps {
  registry: Registry;
  canEdit: boolean;
  onChange: () => void;
}

function MemberList({ registry, canEdit, onChange }: MemberListProps) {
  const t = useT();
  const set = useChange(SetRegistryMemberDocument);
  const remove = useChange(RemoveRegistryMemberDocument);
  const people = effectiveRoles(registry.entity.members, registry.members, registry.visibility === 'RESTRICTED');
  const setRole = async (user: string, role: Role) => {
    if ((await set.run({ registryId: registry.id, user, role })).payload) onChange();
  };
  const takeAway = async (user: string) => {
    if ((await remove.run({ registryId: registry.id, user })).payload) onChange();
  };
  return (
    <>
      <Refused refusal={set.refusal ?? remove.refusal} />
      {people.length === 0 && <Notice tone="info">{t('registry.membersHidden')}</Notice>}
      <ul className={styles.list}>
        {people.map((person) => (
          <li key={person.id} className={styles.item}>
            <span className={styles.main}>
              <strong dir="auto">{person.name}</strong> <span className={styles.note}>{explain(person, t)}</span>
            </span>
            {canEdit ? (
              <>
                <Select
                  label={t('registry.roleHere', { name: person.name })}
                  isLabelHidden
                  value={person.here}
                  placeholder={t('registry.noRoleHere')}
                  options={ROLES.map((role) => ({
                    value: role,
                    label: t(ROLE_LABELS[role]),
                    hint: t(ROLE_HINTS[role]),
                  }))}
                  onChange={(role) => void setRole(person.name, role)}
                />
                <Button isDisabled={!person.here} onPress={() => void takeAway(person.name)}>
                  {t('registry.takeRole')}
                </Button>
              </>
            ) : (
              <span>{person.effective ? t(ROLE_LABELS[person.effective]) : t('ui.none')}</span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** "Member: viewer in the entity, member here; the higher counts." */
function explain(person: Person, t: Translate): string {
  const name = (role: Role | null) => (role ? t(ROLE_LABELS[role]) : t('registry.noRole'));
  if (person.effective === null) return t('registry.cannotSee', { entity: name(person.inEntity) });
  return t('registry.roleExplained', {
    role: name(person.effective),
    entity: name(person.inEntity),
    here: name(person.here),
  });
}
