import { useState } from 'react';
import { DeleteDialog } from '../deletion/delete-dialog.tsx';
import { useT } from '../lib/messages.tsx';
import { compareHref } from '../lib/routes.ts';
import { LinkDialog } from '../registry/link-dialog.tsx';
import { RecallDialog } from '../registry/recall-dialog.tsx';
import { Button, LinkButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { useRights } from './rights.ts';
import type { ShownVersion } from './version-page.tsx';

/** What can be done with a version. What the viewer may not do is not offered. */
export function VersionActions({ version, reload }: { version: ShownVersion; reload: () => void }) {
  const t = useT();
  const { canWrite } = useRights(version.collection.container);
  const [open, setOpen] = useState<'link' | 'recall' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const other = version.index > 0 ? version.index - 1 : version.index + 1;
  const isLink = version.__typename === 'RegistryVersion';
  return (
    <>
      <LinkButton
        href={compareHref(
          `${version.collection.path}:v${Math.min(other, version.index)}`,
          `v${Math.max(other, version.index)}`,
        )}
      >
        {t('artifacts.compare')}
      </LinkButton>
      {canWrite && !version.isDeleted && (
        <>
          <Button onPress={() => setOpen('link')}>{t('artifacts.link')}</Button>
          <Menu
            label={t('artifacts.actions')}
            entries={[
              { id: 'recall', label: t('artifacts.recallThis'), onAction: () => setOpen('recall') },
              {
                id: 'delete',
                label: t(isLink ? 'artifacts.unlink' : 'artifacts.delete'),
                onAction: () => setOpen('delete'),
                isDangerous: true,
              },
            ]}
          >
            {t('artifacts.actions')} ▾
          </Menu>
        </>
      )}
      <LinkDialog versionId={version.id} versionPath={version.path} isOpen={open === 'link'} onClose={close} />
      {open === 'recall' && (
        <RecallDialog
          versionId={version.id}
          name={version.name}
          onClose={close}
          onRecalled={() => {
            close();
            reload();
          }}
        />
      )}
      <DeleteDialog
        isOpen={open === 'delete'}
        onClose={close}
        onDeleted={() => {
          close();
          reload();
        }}
        name={version.name}
        things={{ versions: [version.id] }}
      />
    </>
  );
}
