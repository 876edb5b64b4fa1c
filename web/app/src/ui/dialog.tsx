import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import styles from './dialog.module.css';

interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Buttons, the one that does it last. */
  actions: ReactNode;
  /** Whether a click beside it closes it; not where text was typed. */
  isDismissable?: boolean;
  /** Ctrl-Enter anywhere in it. */
  onConfirm?: () => void;
  /** Whether Enter in a field of one line does the same, as in any form. */
  isForm?: boolean;
}

// Fields of one line, but not those in which Enter chooses something.
const LINE = 'input:is([type=text], [type=number], :not([type])):not([role=combobox])';

/** A modal dialog: it keeps the focus, gives it back, and Escape closes it. */
export function Dialog(props: DialogProps) {
  const { isOpen, onClose, title, children, actions, isDismissable = false, onConfirm, isForm = false } = props;
  return (
    <ModalOverlay
      className={styles.overlay}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={isDismissable}
    >
      <Modal className={styles.modal}>
        {/* Around the dialog itself, which has the focus where no field in it takes it. */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a key of the whole dialog, not a control. */}
        <div
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.defaultPrevented) return;
            const isLine = isForm && event.target instanceof Element && event.target.matches(LINE);
            if (!isLine && !event.ctrlKey && !event.metaKey) return;
            event.preventDefault();
            onConfirm?.();
          }}
        >
          <AriaDialog className={styles.dialog}>
            <div className={styles.frame}>
              <Heading slot="title" level={2} className={styles.title}>
                {title}
              </Heading>
              <div className={styles.body}>{children}</div>
              <div className={styles.actions}>{actions}</div>
            </div>
          </AriaDialog>
        </div>
      </Modal>
    </ModalOverlay>
  );
}
