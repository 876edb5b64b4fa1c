import type { ComponentType, ReactNode } from 'react';
import { useT } from '../lib/messages.tsx';
import { lazyPart, type PropsOf } from '../ui/lazy-part.tsx';
import { Unloaded } from '../ui/notices.tsx';
import { Page } from './page.tsx';

/** A page that is loaded when it is first opened. */
export function lazyPage<Shown extends (props: never) => ReactNode>(
  load: () => Promise<{ default: Shown }>,
): ComponentType<PropsOf<Shown>> {
  return lazyPart(load, UnloadedPage);
}

function UnloadedPage() {
  const t = useT();
  return (
    <Page title={t('silence.page')}>
      <Unloaded />
    </Page>
  );
}
