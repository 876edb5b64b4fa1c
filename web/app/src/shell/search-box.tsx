import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';

/** Opens the search over everything. */
export function SearchBox() {
  const t = useT();
  return <Button>{t('frame.search')}</Button>;
}
