import './ui/base.css';
import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { App } from './app.tsx';
import { client } from './lib/client.ts';
import { activate, LanguageProvider, preferredLocale, useLanguage } from './lib/messages.tsx';
import { PageQueryProvider } from './lib/page-query.tsx';
import { isReloadDue, reloadFor } from './lib/reloading.ts';
import { applyTheme, storedTheme } from './lib/theme.ts';

const RELOADED = 'headwater:reloaded';
const RELOAD_PAUSE_MS = 60_000;

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

// A part of the page is gone: the server was updated meanwhile. The page is loaded anew, but not again and again, and
// only from a server that answers: else what is shown would give way to an error page of the browser.
window.addEventListener('vite:preloadError', async () => {
  if (!isReloadDue(RELOADED, RELOAD_PAUSE_MS)) return;
  const answer = await fetch('/readyz', { cache: 'no-store' }).catch(() => null);
  if (answer?.ok) reloadFor(RELOADED);
});

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
