import { Link } from 'wouter';
import { ROLE_HINTS, ROLE_LABELS } from '../entity/roles.ts';
import { useT } from '../lib/messages.tsx';
import { useViewer } from '../lib/places.ts';
import { hrefOf, tabHref } from '../lib/routes.ts';
import { CreateEntity } from './create-entity.tsx';
import styles from './settings.module.css';

/** Where the viewer belongs to, with what they may do there, and the ways to members and registries. */
export function Entities() {
  const t = useT();
  const viewer = useViewer();
  return (
    <>
      <ul className={styles.list}>
        {viewer.entities.map((entity) => (
          <li key={entity.id} className={styles.item}>
            <Link href={hrefOf(entity.name)} className={styles.name}>
              {entity.name}
            </Link>
            <span className={styles.note}>{t(entity.kind === 'TEAM' ? 'entity.team' : 'entity.person')}</span>
            {entity.viewerRole && (
              <span title={t(ROLE_HINTS[entity.viewerRole])}>{t(ROLE_LABELS[entity.viewerRole])}</span>
            )}
            <Link href={tabHref(entity.name, 'members')}>{t('entity.members')}</Link>
            <Link href={tabHref(entity.name, 'registries')}>{t('entity.registries')}</Link>
          </li>
        ))}
      </ul>
      <CreateEntity />
    </>
  );
}
