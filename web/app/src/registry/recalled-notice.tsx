import { Link } from 'wouter';
import { useT } from '../lib/messages.tsx';
import { reachHref } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notices.tsx';

/** A version that was just recalled. */
export interface Recalled {
  name: string;
  path: string;
}

/** Says that a version was recalled, and leads to what that concerns. */
export function RecalledNotice({ version, onDismiss }: { version: Recalled; onDismiss: () => void }) {
  const t = useT();
  return (
    <div role="status">
      <Notice tone="info">
        <span dir="auto">{t('recall.recalled', { name: version.name })}</span>
        <Link href={reachHref(version.path)}>{t('lineage.impact')}</Link>
        <Button look="quiet" onPress={onDismiss}>
          {t('ui.close')}
        </Button>
      </Notice>
    </div>
  );
}
