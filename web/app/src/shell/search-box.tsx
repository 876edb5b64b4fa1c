import { useState } from 'react';
import { useKeys } from '../lib/keys.ts';
import { useT } from '../lib/messages.tsx';
import styles from './search-box.module.css';
import { SearchDialog } from './search-dialog.tsx';

/** Opens the search over everything: `/`, Ctrl-K or a click. */
export function SearchBox() {
  const t = useT();
  const [isOpen, setOpen] = useState(false);
  useKeys({ '/': () => setOpen(true), 'Mod+k': () => setOpen(true) });
  return (
    <>
      <button type="button" className={styles.box} onClick={() => setOpen(true)} aria-haspopup="dialog">
        <span>{t('frame.search')}</span>
        <kbd className={styles.key}>/</kbd>
      </button>
      {isOpen && <SearchDialog onClose={() => setOpen(false)} />}
    </>
  );
}
