// Texts of the interface: ICU messages by key, English and Japanese.
import { i18n } from '@lingui/core';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Catalogue } from '../locales/en/index.ts';
import { loadPart } from './parts.ts';

export type MessageKey = keyof Catalogue;
export type Locale = 'en' | 'ja';
export type Translate = (key: MessageKey, values?: Record<string, string | number>) => string;

export const LOCALES: readonly Locale[] = ['en', 'ja'];
const STORED = 'headwater:locale';

const CATALOGUES = {
  en: () => import('../locales/en/index.ts'),
  ja: () => import('../locales/ja/index.ts'),
};

interface Language {
  locale: Locale;
  setLocale: (locale: Locale) => void;
}

const LanguageContext = createContext<Language>({ locale: 'en', setLocale: () => {} });

/** The language chosen before, else the browser's first one that we speak. */
export function preferredLocale(): Locale {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages];
  for (const one of wanted) {
    const found = LOCALES.find((locale) => one === locale || one.startsWith(`${locale}-`));
    if (found) return found;
  }
  return 'en';
}

/** Loads the texts of a language and makes it the current one. */
export async function activate(locale: Locale): Promise<void> {
  const { catalogue } = await loadPart<{ catalogue: unknown }>(CATALOGUES[locale]);
  i18n.loadAndActivate({ locale, messages: catalogue as Record<string, string> });
  document.documentElement.lang = locale;
}

/** A text in the current language, outside of components; components take `useT`. */
export const translate: Translate = (key, values) => i18n._(key, values);

export function LanguageProvider({ initial, children }: { initial: Locale; children: ReactNode }) {
  const [locale, show] = useState(initial);
  const language = useMemo(() => {
    const setLocale = (next: Locale) => {
      localStorage.setItem(STORED, next);
      void activate(next).then(() => show(next));
    };
    return { locale, setLocale };
  }, [locale]);
  return <LanguageContext value={language}>{children}</LanguageContext>;
}

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

/** The function that gives texts; components that use it are drawn anew when the language changes. */
export function useT(): Translate {
  const { locale } = useLanguage();
  // A new function for each language, so that what is memoised by it is made anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language decides what `translate` gives.
  return useMemo<Translate>(() => (key, values) => translate(key, values), [locale]);
}
