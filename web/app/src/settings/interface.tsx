import { useState } from 'react';
import { areSingleKeysOn, setSingleKeys } from '../lib/keys.ts';
import { type Locale, useLanguage, useT } from '../lib/messages.tsx';
import { useViewer } from '../lib/places.ts';
import { applyTheme, storedTheme, type Theme } from '../lib/theme.ts';
import { Checkbox, Select } from '../ui/field.tsx';
import styles from './settings.module.css';

/** How this browser shows Headwater: language, colours, keys. Nothing of it is kept on the server. */
export function Interface() {
  const t = useT();
  const viewer = useViewer();
  const { locale, setLocale } = useLanguage();
  const [theme, setTheme] = useState(storedTheme);
  const [areKeysOn, setKeysOn] = useState(areSingleKeysOn);
  return (
    <div className={styles.form}>
      <Select<Locale>
        label={t('frame.language')}
        value={locale}
        onChange={setLocale}
        options={[
          { value: 'en', label: 'English' },
          { value: 'ja', label: '日本語' },
        ]}
      />
      <Select<Theme>
        label={t('settings.theme')}
        value={theme}
        onChange={(next) => {
          applyTheme(next);
          setTheme(next);
        }}
        options={[
          { value: 'system', label: t('theme.system') },
          { value: 'light', label: t('theme.light') },
          { value: 'dark', label: t('theme.dark') },
        ]}
      />
      <Checkbox
        isSelected={areKeysOn}
        onChange={(next) => {
          setSingleKeys(next);
          setKeysOn(next);
        }}
      >
        {t('keys.single')}
      </Checkbox>
      <p className={styles.note}>{t('settings.server', { version: viewer.serverVersion })}</p>
    </div>
  );
}
