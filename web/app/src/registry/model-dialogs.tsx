import { useState } from 'react';
import { useLocation } from 'wouter';
import { DeleteDialog } from '../deletion/delete-dialog.tsx';
import type { MoveMadeFragment } from '../generated/registry/promotion.ts';
import { useT } from '../lib/messages.tsx';
import { tabHref } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notices.tsx';
import { LinkHere } from './link-here.tsx';
import type { Model } from './model-page.tsx';
import { PromoteDialog } from './promote-dialog.tsx';
import { RecallDialog } from './recall-dialog.tsx';
import { type Recalled, RecalledNotice } from './recalled-notice.tsx';
import { RemoveAliasDialog } from './remove-alias-dialog.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';
import { UndoNotice } from './undo-notice.tsx';

/** What can be done on the page of a registered model. */
export type ModelDialog =
  | { kind: 'link' }
  | { kind: 'promote'; versionId: string | null; alias?: string }
  | { kind: 'rollback'; alias: string }
  | { kind: 'remove'; alias: { name: string; version: { id: string; index: number } } }
  | { kind: 'recall'; versionId: string }
  | { kind: 'unlink'; versionId: string; name: string };

interface ModelActionsProps {
  model: Model;
  dialog: ModelDialog | null;
  onOpen: (dialog: ModelDialog | null) => void;
  onChange: () => void;
}

type Outcome =
  | { kind: 'moved'; move: MoveMadeFragment }
  | { kind: 'proposed' }
  | { kind: 'recalled'; version: Recalled }
  | null;

/** The dialog that is open, and what the last one did, with the way back. */
export function ModelActions({ model, dialog, onOpen, onChange }: ModelActionsProps) {
  const t = useT();
  const [, navigate] = useLocation();
  const [outcome, setOutcome] = useState<Outcome>(null);
  const close = () => onOpen(null);
  const moved = (move: MoveMadeFragment) => {
    close();
    setOutcome({ kind: 'moved', move });
    onChange();
  };
  const done = () => {
    close();
    onChange();
  };
  const recalled = (version: Recalled | null) => {
    done();
    setOutcome(version && { kind: 'recalled', version });
  };
  return (
    <>
      {outcome?.kind === 'recalled' && <RecalledNotice version={outcome.version} onDismiss={() => setOutcome(null)} />}
      {outcome?.kind === 'moved' && (
        <UndoNotice collectionId={model.id} move={outcome.move} onUndone={moved} onDismiss={() => setOutcome(null)} />
      )}
      {outcome?.kind === 'proposed' && (
        <div role="status">
          <Notice tone="info">
            {t('registry.proposed')}
            <Button onPress={() => navigate(tabHref(model.path, 'proposals'))}>{t('registry.proposals')}</Button>
            <Button look="quiet" onPress={() => setOutcome(null)}>
              {t('ui.close')}
            </Button>
          </Notice>
        </div>
      )}
      {dialog?.kind === 'link' && <LinkHere target={model.path} onClose={close} onLinked={done} />}
      {dialog?.kind === 'promote' && (
        <PromoteDialog
          collectionId={model.id}
          versionId={dialog.versionId}
          alias={dialog.alias}
          onClose={close}
          onMoved={moved}
          onProposed={() => {
            done();
            setOutcome({ kind: 'proposed' });
          }}
        />
      )}
      {dialog?.kind === 'rollback' && (
        <RollbackDialog collectionId={model.id} alias={dialog.alias} onClose={close} onMoved={moved} />
      )}
      {dialog?.kind === 'remove' && (
        <RemoveAliasDialog collectionId={model.id} alias={dialog.alias} onClose={close} onMoved={moved} />
      )}
      {dialog?.kind === 'recall' && <RecallDialog versionId={dialog.versionId} onClose={close} onRecalled={recalled} />}
      {dialog?.kind === 'unlink' && (
        <DeleteDialog
          isOpen
          name={dialog.name}
          things={{ versions: [dialog.versionId] }}
          onClose={close}
          onDeleted={done}
        />
      )}
    </>
  );
}
