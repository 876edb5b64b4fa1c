import { Link } from 'wouter';
import { useT } from '../lib/messages.tsx';
import { hrefOf, type Route } from '../lib/routes.ts';
import { CopyButton } from '../ui/copy.tsx';
import styles from './breadcrumb.module.css';

/** The path of what is shown: each part a link, the whole to copy and paste into the SDK. */
export function Breadcrumb({ route }: { route: Route }) {
  const t = useT();
  const parts = partsOf(route);
  const path = parts.join('/');
  if (!parts.length) return <span className={styles.space} />;
  return (
    <nav aria-label={t('frame.breadcrumb')} className={styles.breadcrumb}>
      <ol className={styles.parts}>
        {parts.map((part, index) => (
          <li key={parts.slice(0, index + 1).join('/')} className={styles.part}>
            <Link href={hrefOf(parts.slice(0, index + 1).join('/'))} dir="auto" title={part}>
              {part}
            </Link>
          </li>
        ))}
      </ol>
      <CopyButton text={path} label={t('frame.copyPath')} />
    </nav>
  );
}

function partsOf(route: Route): string[] {
  switch (route.page) {
    case 'home':
    case 'settings':
    case 'missing':
      return [];
    case 'entity':
      return [route.entity];
    case 'container':
    case 'run':
      return [route.entity, route.container];
    case 'collection':
    case 'compare':
      return [route.entity, route.container, route.name];
    case 'version':
      return [route.entity, route.container, `${route.name}:${route.ref}`];
  }
}
