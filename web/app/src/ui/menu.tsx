import type { ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button, type Look } from './button.tsx';
import styles from './menu.module.css';

export interface MenuEntry {
  id: string;
  label: string;
  onAction: () => void;
  isDisabled?: boolean;
  isDangerous?: boolean;
}

interface MenuProps {
  /** What the button shows. */
  children: ReactNode;
  /** What the button is called, where it shows an icon alone. */
  label?: string;
  entries: readonly MenuEntry[];
  look?: Look;
}

export function Menu({ children, label, entries, look }: MenuProps) {
  return (
    <MenuTrigger>
      <Button look={look} aria-label={label}>
        {children}
      </Button>
      <Popover className={styles.popover}>
        <AriaMenu className={styles.menu} items={entries}>
          {(entry) => (
            <MenuItem
              id={entry.id}
              className={`${styles.item} ${entry.isDangerous ? styles.dangerous : ''}`}
              isDisabled={entry.isDisabled}
              onAction={entry.onAction}
            >
              {entry.label}
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
