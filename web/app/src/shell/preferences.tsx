import { useState } from 'react';
import { useLocation } from 'wouter';
import { LOCALES, useLanguage, useT } from '../lib/messages.tsx';
import type { Viewer } from '../lib/places.ts';
import { signOut } from '../lib/sign-out.ts';
import { applyTheme, storedTheme, type Theme } from '../lib/theme.ts';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import styles from './preferences.module.css';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const THEME_ICONS: Record<Theme, IconName> = { system: 'auto', light: 'sun', dark: 'moon' };
const LOCALE_NAMES = { en: 'English', ja: '日本語' };

/** Theme, language, keys, settings, signing out. */
export function Preferences({ viewer, onKeys }: { viewer: Viewer; onKeys: () => void }) {
  const t = useT();
  const [, navigate] = useLocation();
  const [theme, setTheme] = useState(storedTheme);
  const { locale, setLocale } = useLanguage();
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  return (
    <div className={styles.preferences}>
      <Button look="quiet" aria-label={t('frame.theme', { theme: t(`theme.${theme}`) })} onPress={() => choose(next)}>
        <Icon name={THEME_ICONS[theme]} />
      </Button>
      <Menu
        look="quiet"
        label={`${locale === 'ja' ? '日本語' : 'EN'} · ${t('frame.language')}`}
        entries={LOCALES.map((one) => ({ id: one, label: LOCALE_NAMES[one], onAction: () => setLocale(one) }))}
      >
        {locale === 'ja' ? '日本語' : 'EN'}
      </Menu>
      <Menu
        look="quiet"
        label={t('frame.me', { name: viewer.user.name })}
        entries={[
          { id: 'settings', label: t('frame.settings'), onAction: () => navigate('/-/settings') },
          { id: 'keys', label: t('frame.keys'), onAction: onKeys },
          { id: 'graphiql', label: 'GraphiQL', onAction: () => window.location.assign('/graphiql') },
          { id: 'sign-out', label: t('frame.signOut'), onAction: () => void signOut() },
        ]}
      >
        <span className={styles.me}>{viewer.user.name}</span> ▾
      </Menu>
    </div>
  );
}
