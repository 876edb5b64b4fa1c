import { Link } from 'wouter';
import { useT } from '../lib/messages.tsx';
import { hrefOf } from '../lib/routes.ts';
import { AliasChip } from '../ui/chips.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { Time } from '../ui/time.tsx';
import { parseRef } from './refs.ts';
import { useRights } from './rights.ts';
import type { ShownVersion } from './version-page.tsx';

interface RefLineProps {
  version: ShownVersion;
  reference: string;
  /** The path as it was asked for. */
  path: string;
}

/** Where the page was asked for by a name that can move: what it stands for now, and both to copy. */
export function RefLine({ version, reference, path }: RefLineProps) {
  const t = useT();
  const { isProtected } = useRights(version.collection.container);
  const ref = parseRef(reference);
  if (ref.sort === 'index' || ref.sort === 'digest') return null;
  const now = version.collection.aliases.find((alias) => alias.name === ref.alias);
  const number = `v${version.index}`;
  return (
    <span>
      <AliasChip name={ref.alias} isProtected={isProtected(ref.alias)} />
      {ref.sort === 'alias-at' ? (
        <>
          {' '}
          {t('artifacts.asOf')} <Time at={ref.at} isFull />
        </>
      ) : null}{' '}
      → <Link href={hrefOf(version.path)}>{number}</Link>
      {ref.sort === 'alias' && now && (
        <>
          {' '}
          {t('artifacts.sinceTime')} <Time at={now.movedAt} />
        </>
      )}{' '}
      <CopyButton text={path} label={t('artifacts.copyRef', { ref: reference })} />
      <CopyButton text={version.path} label={t('artifacts.copyRef', { ref: number })} />
      {' · '}
    </span>
  );
}
