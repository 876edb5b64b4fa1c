import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ViewerDocument } from '../generated/shell/queries.ts';
import { useKeys } from '../lib/keys.ts';
import { LiveContext, useLiveConnection } from '../lib/live.ts';
import { useAddressPath } from '../lib/location.ts';
import { useT } from '../lib/messages.tsx';
import { useData, usePageQueryHref } from '../lib/page-query.tsx';
import { ViewerContext } from '../lib/places.ts';
import { hrefOf, parseRoute, pathText } from '../lib/routes.ts';
import { Failure } from '../ui/notices.tsx';
import { TitleTips } from '../ui/title-tips.tsx';
import { Breadcrumb } from './breadcrumb.tsx';
import { useFocusKeeper } from './focus-keeper.ts';
import styles from './frame.module.css';
import { KeysDialog } from './keys-dialog.tsx';
import { LiveMark } from './live-mark.tsx';
import { PageToCome } from './page.tsx';
import { Preferences } from './preferences.tsx';
import { SearchBox } from './search-box.tsx';
import { ServiceNotices } from './service-notices.tsx';

/** What stands around every page: where one is, search, and how the page looks and speaks. */
export function Frame({ children }: { children: ReactNode }) {
  const t = useT();
  const [, navigate] = useLocation();
  const path = useAddressPath();
  const [areKeysShown, showKeys] = useState(false);
  const queryHref = usePageQueryHref();
  const { data, error, reload } = useData(ViewerDocument, {});
  const route = parseRoute(path);
  const entity = 'entity' in route ? route.entity : data?.viewer.defaultEntity.name;
  const liveness = useLiveConnection(data && entity);
  useFocusKeeper();
  useKeys({
    '?': () => showKeys(true),
    'g h': () => navigate('/'),
    'g p': () => 'container' in route && navigate(hrefOf(`${route.entity}/${route.container}`)),
    'g r': () => entity && navigate(hrefOf(`${entity}/model-registry`)),
    'g s': () => navigate('/-/settings'),
    q: () => queryHref && window.location.assign(queryHref),
    '.': () => void navigator.clipboard?.writeText(pathText(path)),
    '[': () => stepTab(-1),
    ']': () => stepTab(1),
  });
  if (!data) {
    return (
      <>
        <ServiceNotices />
        <PageToCome>{error && <Failure error={error} onRetry={reload} />}</PageToCome>
      </>
    );
  }
  return (
    <ViewerContext value={data.viewer}>
      <LiveContext value={liveness}>
        <div className={styles.frame}>
          <a href="#content" className={styles.skip}>
            {t('frame.skip')}
          </a>
          <header className={styles.bar}>
            <Link href="/" className={styles.brand}>
              Headwater
            </Link>
            <Breadcrumb route={route} />
            <SearchBox />
            <LiveMark />
            <Preferences viewer={data.viewer} onKeys={() => showKeys(true)} />
          </header>
          <ServiceNotices />
          {children}
        </div>
      </LiveContext>
      <TitleTips />
      <KeysDialog isOpen={areKeysShown} onClose={() => showKeys(false)} />
    </ViewerContext>
  );
}

/** Follows the tab beside the current one. */
function stepTab(step: number): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('[data-tab-links] a')];
  const current = links.findIndex((link) => link.getAttribute('aria-current') === 'page');
  links[current + step]?.click();
}
