import { Button, Dialog, DialogTrigger, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import styles from './facet.module.css';

export interface FacetOption {
  value: string;
  label: string;
  /** How many there are, where the server counted them. */
  count?: number;
}

interface FacetProps {
  label: string;
  options: readonly FacetOption[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  /** Whether the button shows its label alone, where what is chosen can be seen anyway. */
  isQuiet?: boolean;
}

/** A filter by one property: a button that says what is chosen, and a list with counts to choose any number from. */
export function Facet({ label, options, chosen, onChange, isQuiet = false }: FacetProps) {
  const t = useT();
  const { locale } = useLanguage();
  // What is chosen stays in the list, also when there is none of it now.
  const missing = chosen.filter((one) => !options.some((option) => option.value === one));
  const all = [...options, ...missing.map((value): FacetOption => ({ value, label: value }))];
  const names = all.filter((option) => chosen.includes(option.value)).map((option) => option.label);
  return (
    <DialogTrigger>
      <Button className={`${styles.facet} ${chosen.length && !isQuiet ? styles.active : ''}`}>
        <span className={styles.label}>{label}</span>
        {names.length > 0 && !isQuiet && (
          <span className={styles.chosen} dir="auto">
            {names.length > 2 ? formatCount(names.length, locale) : names.join(', ')}
          </span>
        )}
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className={styles.popover}>
        <Dialog className={styles.dialog} aria-label={label}>
          <ListBox
            aria-label={label}
            className={styles.list}
            selectionMode="multiple"
            escapeKeyBehavior="none"
            selectedKeys={chosen}
            onSelectionChange={(keys) => keys !== 'all' && onChange([...keys].map(String))}
            renderEmptyState={() => <p className={styles.empty}>{t('ui.nothingToChoose')}</p>}
          >
            {all.map((option) => (
              <ListBoxItem key={option.value} id={option.value} textValue={option.label} className={styles.option}>
                <span className={styles.box} aria-hidden="true" />
                <span className={styles.name} dir="auto">
                  {option.label}
                </span>
                {option.count !== undefined && (
                  <span className={styles.count}>{formatCount(option.count, locale)}</span>
                )}
              </ListBoxItem>
            ))}
          </ListBox>
          {chosen.length > 0 && (
            <Button className={styles.clear} onPress={() => onChange([])}>
              {t('ui.clear')}
            </Button>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
