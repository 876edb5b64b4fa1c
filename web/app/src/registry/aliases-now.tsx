import { Link } from 'wouter';
import { useT } from '../lib/messages.tsx';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { AliasChip } from '../ui/chips.tsx';
import { Menu } from '../ui/menu.tsx';
import { Time } from '../ui/time.tsx';
import type { ModelDialog } from './model-dialogs.tsx';
import type { Model } from './model-page.tsx';
import { LATEST, mayMove, type Place, type Right } from './place.ts';
import { Reason } from './reason.tsx';
import { RecallMarks } from './recall-marks.tsx';
import styles from './registry.module.css';

interface AliasesNowProps {
  model: Model;
  place: Place;
  right: Right;
  onOpen: (dialog: ModelDialog) => void;
}

/** Where each alias points now, since when, by whom and why; and what may be done with it. */
export function AliasesNow({ model, place, right, onOpen }: AliasesNowProps) {
  const t = useT();
  const isLocked = (name: string) => place.protectedAliases.has(name);
  const aliases = model.aliases
    .filter((alias) => alias.name !== LATEST)
    .sort((one, other) => Number(isLocked(other.name)) - Number(isLocked(one.name)));
  if (!aliases.length) return <p className={styles.note}>{t('registry.noAliases')}</p>;
  return (
    <ul className={styles.list} aria-label={t('registry.aliasesNow')}>
      {aliases.map((alias) => {
        const { name, version } = alias;
        const isFree = mayMove(name, place, right);
        return (
          <li key={name} className={styles.item}>
            <span className={styles.mark}>
              <AliasChip name={name} isProtected={isLocked(name)} /> →{' '}
              <Link href={hrefOf(version.path)}>
                <strong>v{version.index}</strong>
              </Link>
            </span>
            <span className={styles.main}>
              <Time at={alias.movedAt} />
              {alias.movedBy && `, ${alias.movedBy.name}`}
              {alias.move.reason && ' · '}
              <Reason text={alias.move.reason} />
              {version.recalls.length > 0 && (
                <>
                  {' '}
                  <RecallMarks recalls={version.recalls} isLong />
                </>
              )}
            </span>
            {right !== 'read' && (
              <span className={styles.buttons}>
                <Button
                  onPress={() => onOpen({ kind: 'promote', versionId: null, alias: name })}
                  aria-label={t(isFree ? 'registry.moveAlias' : 'registry.proposeAlias', { alias: name })}
                >
                  {t(isFree ? 'registry.move' : 'registry.propose')}
                </Button>
                {isFree ? (
                  <Menu
                    label={t('registry.moreOf', { alias: name })}
                    entries={[
                      {
                        id: 'back',
                        label: t('registry.rollBack'),
                        onAction: () => onOpen({ kind: 'rollback', alias: name }),
                      },
                      {
                        id: 'remove',
                        label: t('registry.removeAlias'),
                        isDangerous: true,
                        onAction: () => onOpen({ kind: 'remove', alias: { name, version } }),
                      },
                    ]}
                  >
                    …
                  </Menu>
                ) : (
                  <span className={styles.note}>{t('registry.lockedHint')}</span>
                )}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
