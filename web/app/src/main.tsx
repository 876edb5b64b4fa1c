import './ui/base.css';
import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { App } from './app.tsx';
import { client } from './lib/client.ts';
import { activate, LanguageProvider, preferredLocale, useLanguage } from './lib/messages.tsx';
import { PageQueryProvider } from './lib/page-query.tsx';
import { applyTheme, storedTheme } from './lib/theme.ts';

function Root() {
  const { locale } = useLanguage();
  return (
    <I18nProvider locale={locale}>
      <Provider value={client}>
        <PageQueryProvider>
          <App />
        </PageQueryProvider>
      </Provider>
    </I18nProvider>
  );
}

applyTheme(storedTheme());
const locale = preferredLocale();
await activate(locale);
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider initial={locale}>
        <Root />
      </LanguageProvider>
    </StrictMode>,
  );
}
