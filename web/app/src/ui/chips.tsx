import { useT } from '../lib/messages.tsx';
import styles from './chips.module.css';
import { Icon } from './icons.tsx';

/** An alias, with a lock where only admins move it. */
export function AliasChip({ name, isProtected = false }: { name: string; isProtected?: boolean }) {
  const t = useT();
  return (
    <span
      className={`${styles.chip} ${isProtected ? styles.protected : styles.alias}`}
      dir="auto"
      title={titleOf(name)}
    >
      {isProtected && (
        <span role="img" aria-label={t('ui.protected')} title={t('ui.protected')}>
          <Icon name="lock" />
        </span>
      )}
      {name}
    </span>
  );
}

/** Aliases, the protected ones first, at most `limit` of them and a count of the rest. */
export function AliasChips({ names, isProtected, limit = 3 }: AliasChipsProps) {
  const ordered = [...names].sort(
    (one, other) => Number(isProtected?.(other) ?? false) - Number(isProtected?.(one) ?? false),
  );
  const rest = ordered.slice(limit);
  return (
    <span className={styles.chips}>
      {ordered.slice(0, limit).map((name) => (
        <AliasChip key={name} name={name} isProtected={isProtected?.(name)} />
      ))}
      {rest.length > 0 && (
        <span className={styles.chip} title={rest.join(', ')}>
          +{rest.length}
        </span>
      )}
    </span>
  );
}

interface AliasChipsProps {
  names: readonly string[];
  isProtected?: (name: string) => boolean;
  limit?: number;
}

export function Tags({ names }: { names: readonly string[] }) {
  return (
    <span className={styles.chips}>
      {names.map((name) => (
        <span key={name} className={`${styles.chip} ${styles.tag}`} dir="auto" title={titleOf(name)}>
          {name}
        </span>
      ))}
    </span>
  );
}

/** A long name may be cut. */
function titleOf(name: string): string | undefined {
  return name.length > 12 ? name : undefined;
}
