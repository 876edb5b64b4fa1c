import { useState } from 'react';
import { Link } from 'wouter';
import { LinkVersionDocument } from '../generated/registry/links.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { hrefOf } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice } from '../ui/notices.tsx';
import { Refused } from '../ui/refused.tsx';
import { LinkTarget, type Target, targetPath } from './link-target.tsx';
import { LATEST, wordsOf } from './place.ts';

export interface LinkDialogProps {
  versionId: string;
  versionPath: string;
  isOpen: boolean;
  onClose: () => void;
}

/** Links a version to a registered model, an existing or a new one, with aliases. */
export function LinkDialog(props: LinkDialogProps) {
  return props.isOpen ? <LinkForm {...props} /> : null;
}

interface LinkFormProps {
  versionId: string;
  versionPath: string;
  onClose: () => void;
}

function LinkForm({ versionId, versionPath, onClose }: LinkFormProps) {
  const t = useT();
  const [target, setTarget] = useState<Target | null>(null);
  const [aliases, setAliases] = useState('');
  const { run, isRunning, refusal, reset } = useChange(LinkVersionDocument);
  const [linked, setLinked] = useState<string | null>(null);
  const names = wordsOf(aliases).filter((name) => name !== LATEST);
  const path = target && targetPath(target);
  const locked = target?.kind === 'existing' ? names.filter((name) => target.protectedAliases.includes(name)) : [];
  const guarded = target?.kind === 'existing' ? names.filter((name) => target.guardedAliases.includes(name)) : [];
  const link = async () => {
    if (!path || isRunning) return;
    const { payload } = await run({ versionId, target: path, aliases: names });
    if (payload) setLinked(payload.version.path);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('link.title', { version: versionPath })}
      onConfirm={() => void link()}
      actions={
        linked ? (
          <Button look="primary" onPress={onClose}>
            {t('ui.close')}
          </Button>
        ) : (
          <>
            <Button onPress={onClose}>{t('ui.cancel')}</Button>
            <Button look="primary" isDisabled={!path || isRunning} onPress={() => void link()}>
              {t('link.link')}
            </Button>
          </>
        )
      }
    >
      {linked ? (
        <div role="status">
          <Notice tone="info">
            <span>{t('link.done')}</span>
            <Link href={hrefOf(linked)} onClick={onClose} dir="auto">
              {linked}
            </Link>
          </Notice>
        </div>
      ) : (
        <>
          <LinkTarget
            versionId={versionId}
            value={target}
            onChange={(next) => {
              reset();
              setTarget(next);
            }}
          />
          <TextField label={t('link.aliases')} value={aliases} onChange={setAliases} hint={t('link.aliasesHint')} />
          {locked.length > 0 && <Notice>{t('link.locked', { aliases: locked.join(', ') })}</Notice>}
          {guarded.length > 0 && <Notice tone="info">{t('link.guarded', { aliases: guarded.join(', ') })}</Notice>}
          <Refused refusal={refusal} />
        </>
      )}
    </Dialog>
  );
}
