import { useT } from '../lib/messages.tsx';
import { AliasHistory } from './alias-history.tsx';
import styles from './artifacts.module.css';
import { SeriesEvents } from './series-events.tsx';
import type { ShownVersion } from './version-page.tsx';

/** How the aliases of the series moved, this version set off, and all that happened to the series. */
export function HistoryView({ version }: { version: ShownVersion }) {
  const t = useT();
  const names = version.collection.aliases.map((alias) => alias.name);
  // Those that are here come first.
  const ordered = [...version.aliases, ...names.filter((name) => !version.aliases.includes(name))];
  return (
    <div className={styles.column}>
      {ordered.length > 0 ? (
        <AliasHistory collectionId={version.collection.id} aliases={ordered} versionId={version.id} />
      ) : (
        <p className={styles.muted}>{t('artifacts.noAliases')}</p>
      )}
      <SeriesEvents collectionPath={version.collection.path} versionId={version.id} />
    </div>
  );
}
