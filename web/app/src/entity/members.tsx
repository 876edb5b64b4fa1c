import { useState } from 'react';
import {
  AccountsDocument,
  AddMemberDocument,
  type EntityQuery,
  RemoveMemberDocument,
} from '../generated/entity/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { useViewer } from '../lib/places.ts';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Notice } from '../ui/notices.tsx';
import styles from './members.module.css';
import { ROLE_HINTS, ROLE_LABELS, ROLES, type Role } from './roles.ts';

type Entity = NonNullable<EntityQuery['entity']>;

/** Who belongs to an entity and what they may do; admins change it. */
export function Members({ entity, onChange }: { entity: Entity; onChange: () => void }) {
  const t = useT();
  const viewer = useViewer();
  const add = useChange(AddMemberDocument);
  const remove = useChange(RemoveMemberDocument);
  const [leaving, setLeaving] = useState<string | null>(null);
  const isAdmin = entity.viewerRole === 'ADMIN' || viewer.isAdmin;
  const admins = entity.members.filter((member) => member.role === 'ADMIN').length;
  const refusal = add.refusal ?? remove.refusal;
  const options = ROLES.map((role) => ({ value: role, label: t(ROLE_LABELS[role]), hint: t(ROLE_HINTS[role]) }));
  const setRole = async (user: string, role: Role) => {
    const { payload } = await add.run({ entity: entity.name, user, role });
    if (payload) onChange();
  };
  const confirmRemoval = async () => {
    if (!leaving) return;
    const { payload } = await remove.run({ entity: entity.name, user: leaving });
    setLeaving(null);
    if (payload) onChange();
  };
  return (
    <>
      {refusal && <Notice tone="danger">{refusal.message}</Notice>}
      {!isAdmin && <Notice tone="info">{t('entity.onlyAdmins')}</Notice>}
      <ul className={styles.members}>
        {entity.members.map(({ user, role }) => {
          const isLastAdmin = role === 'ADMIN' && admins === 1;
          return (
            <li key={user.id} className={styles.member}>
              <span className={styles.name}>{user.name}</span>
              {isAdmin && !isLastAdmin ? (
                <>
                  <Select
                    label={t('entity.roleOf', { name: user.name })}
                    isLabelHidden
                    value={role}
                    options={options}
                    onChange={(next) => void setRole(user.name, next)}
                  />
                  <Button look="danger" onPress={() => setLeaving(user.name)}>
                    {t('entity.remove')}
                  </Button>
                </>
              ) : (
                <span title={t(ROLE_HINTS[role])}>
                  {t(ROLE_LABELS[role])}
                  {isAdmin && isLastAdmin && <span className={styles.hint}> · {t('entity.lastAdmin')}</span>}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {isAdmin && <AddMember entity={entity} onAdd={(user, role) => setRole(user, role)} />}
      <FormDialog
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t('entity.removeTitle', { name: leaving ?? '', entity: entity.name })}
        confirm={t('entity.remove')}
        onConfirm={confirmRemoval}
        look="danger"
      >
        <p>{t('entity.removeHint')}</p>
      </FormDialog>
    </>
  );
}

interface AddMemberProps {
  entity: Entity;
  onAdd: (user: string, role: Role) => Promise<void>;
}

function AddMember({ entity, onAdd }: AddMemberProps) {
  const t = useT();
  const { data } = useData(AccountsDocument, {});
  const [user, setUser] = useState<string | null>(null);
  const [role, setRole] = useState<Role>('MEMBER');
  const present = new Set(entity.members.map((member) => member.user.name));
  const others = (data?.users.edges ?? []).map(({ node }) => node).filter((one) => !present.has(one.name));
  if (!others.length) return <p className={styles.hint}>{t('entity.nobodyElse')}</p>;
  return (
    <div className={styles.add}>
      <Select
        label={t('entity.account')}
        value={user}
        placeholder={t('entity.choose')}
        options={others.map((one) => ({ value: one.name, label: one.name }))}
        onChange={setUser}
      />
      <Select
        label={t('entity.role')}
        value={role}
        options={ROLES.map((one) => ({ value: one, label: t(ROLE_LABELS[one]), hint: t(ROLE_HINTS[one]) }))}
        onChange={setRole}
      />
      <Button
        look="primary"
        isDisabled={!user}
        onPress={() => {
          if (user) void onAdd(user, role).then(() => setUser(null));
        }}
      >
        {t('entity.add')}
      </Button>
    </div>
  );
}
