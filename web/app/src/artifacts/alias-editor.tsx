import { useState } from 'react';
import type { MoveMadeFragment } from '../generated/registry/promotion.ts';
import { useT } from '../lib/messages.tsx';
import { PromoteDialog } from '../registry/promote-dialog.tsx';
import { RemoveAliasDialog } from '../registry/remove-alias-dialog.tsx';
import { UndoNotice } from '../registry/undo-notice.tsx';
import { Button } from '../ui/button.tsx';
import { AliasChip } from '../ui/chips.tsx';
import styles from '../ui/editable.module.css';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/notices.tsx';
import { useRights } from './rights.ts';
import type { ShownVersion } from './version-page.tsx';

/** The aliases of a version. Moving one here, and taking one away, is asked for in a dialog and can be undone here. */
export function AliasEditor({ version, onMoved }: { version: ShownVersion; onMoved: () => void }) {
  const t = useT();
  const rights = useRights(version.collection.container);
  const [removed, remove] = useState<string | null>(null);
  const [isAdding, setAdding] = useState(false);
  const [move, setMove] = useState<MoveMadeFragment | null>(null);
  const [isProposed, setProposed] = useState(false);
  const aliases = [...version.aliases].sort(
    (one, other) => Number(rights.isProtected(other)) - Number(rights.isProtected(one)),
  );
  const done = (made: MoveMadeFragment) => {
    setMove(made);
    remove(null);
    setAdding(false);
    onMoved();
  };
  return (
    <>
      <span className={styles.words}>
        {aliases.map((alias) => (
          <span key={alias} className={styles.word}>
            <AliasChip name={alias} isProtected={rights.isProtected(alias)} />
            {rights.canMove(alias) && (
              <button
                type="button"
                className={styles.remove}
                aria-label={t('artifacts.removeAlias', { name: alias })}
                title={t('artifacts.removeAlias', { name: alias })}
                onClick={() => remove(alias)}
              >
                <Icon name="close" />
              </button>
            )}
          </span>
        ))}
        {rights.canWrite && !version.isDeleted && (
          <Button look="quiet" onPress={() => setAdding(true)}>
            {t('artifacts.addAlias')}
          </Button>
        )}
      </span>
      {move && (
        <UndoNotice
          collectionId={version.collection.id}
          move={move}
          onUndone={() => {
            setMove(null);
            onMoved();
          }}
          onDismiss={() => setMove(null)}
        />
      )}
      {isProposed && <Notice tone="info">{t('artifacts.proposed')}</Notice>}
      {removed !== null && (
        <RemoveAliasDialog
          collectionId={version.collection.id}
          alias={{ name: removed, version }}
          onClose={() => remove(null)}
          onMoved={done}
        />
      )}
      {isAdding && (
        <PromoteDialog
          collectionId={version.collection.id}
          versionId={version.id}
          onClose={() => setAdding(false)}
          onMoved={done}
          onProposed={() => {
            setAdding(false);
            setProposed(true);
          }}
        />
      )}
    </>
  );
}
