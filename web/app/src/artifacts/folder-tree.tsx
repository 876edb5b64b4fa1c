import { useEffect } from 'react';
import { VersionFolderDocument } from '../generated/artifacts/version.ts';
import { formatBytes } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { Failure } from '../ui/notices.tsx';
import styles from './files.module.css';

interface TreeProps {
  versionId: string;
  /** Paths of the folders that are open. */
  open: readonly string[];
  chosen: string | null;
  onToggle: (path: string) => void;
  onChoose: (path: string) => void;
}

/** The folders and files of a version. What lies in a folder is asked for when it is opened, page by page. */
export function FolderTree(props: TreeProps) {
  const t = useT();
  return (
    <nav aria-label={t('artifacts.files')} className={styles.tree}>
      <Folder {...props} path="" depth={0} />
    </nav>
  );
}

function Folder({ path, depth, ...tree }: TreeProps & { path: string; depth: number }) {
  const t = useT();
  const { locale } = useLanguage();
  const pages = usePages(VersionFolderDocument, { id: tree.versionId, path }, ({ node }) =>
    node?.__typename === 'ArtifactVersion' ? node.folder : null,
  );
  // A version of one file has nothing to choose from.
  const only = depth === 0 && pages.items.length === 1 && !pages.hasMore ? pages.items[0]?.file?.path : undefined;
  const { chosen, onChoose } = tree;
  useEffect(() => {
    if (only !== undefined && chosen === null) onChoose(only);
  }, [only, chosen, onChoose]);
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  const indent = { paddingInlineStart: `${8 + depth * 16}px` };
  return (
    <ul className={styles.level}>
      {pages.items.map((item) => {
        const name = item.path.slice(path.length);
        const isOpen = tree.open.includes(item.path);
        return (
          <li key={item.path}>
            <button
              type="button"
              className={styles.item}
              style={indent}
              aria-expanded={item.file ? undefined : isOpen}
              aria-current={item.path === tree.chosen ? 'true' : undefined}
              title={item.path}
              onClick={() => (item.file ? tree.onChoose(item.path) : tree.onToggle(item.path))}
            >
              <Icon name={item.file ? 'file' : 'folder'} />
              <span className={styles.name} dir="auto">
                {name}
              </span>
              <span className={styles.size}>
                {item.file ? formatBytes(item.size, locale) : t('artifacts.fileCount', { count: item.fileCount })}
              </span>
            </button>
            {!item.file && isOpen && <Folder {...tree} path={item.path} depth={depth + 1} />}
          </li>
        );
      })}
      {pages.isLoading && !pages.items.length && (
        <li className={styles.muted} style={indent}>
          {t('ui.loading')}
        </li>
      )}
      {pages.hasMore && (
        <li style={indent}>
          <Button look="quiet" isDisabled={pages.isLoading} onPress={pages.more}>
            {t('artifacts.more', { count: (pages.totalCount ?? 0) - pages.items.length })}
          </Button>
        </li>
      )}
    </ul>
  );
}
