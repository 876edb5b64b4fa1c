import type { ReactNode } from 'react';
import { useT } from '../lib/messages.tsx';
import { Button, type Look } from './button.tsx';
import { Dialog } from './dialog.tsx';

interface FormDialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** What the button says that does it. */
  confirm: string;
  /** Does it: by the button, by Enter in a field of one line (unless it destroys something), or by Ctrl-Enter. */
  onConfirm: () => Promise<unknown>;
  /** Whether it can't be done yet, or is being done. */
  isDisabled?: boolean;
  look?: Look;
}

/** A dialog that is confirmed or cancelled. */
export function FormDialog({ confirm, onConfirm, isDisabled = false, look = 'primary', ...rest }: FormDialogProps) {
  const t = useT();
  const act = () => {
    if (!isDisabled) void onConfirm();
  };
  return (
    <Dialog
      {...rest}
      onConfirm={act}
      isForm={look !== 'danger'}
      actions={
        <>
          <Button onPress={rest.onClose}>{t('ui.cancel')}</Button>
          <Button look={look} isDisabled={isDisabled} onPress={act}>
            {confirm}
          </Button>
        </>
      }
    />
  );
}
