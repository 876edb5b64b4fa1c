import { VersionFileDocument } from '../generated/artifacts/version.ts';
import { formatBytes, formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useParams } from '../lib/search-params.ts';
import { Empty, Failure, Loading, Notice } from '../ui/notices.tsx';
import { FilePreview } from './file-preview.tsx';
import styles from './files.module.css';
import { FolderTree } from './folder-tree.tsx';
import type { ShownVersion } from './version-page.tsx';

/** The files of a version as a tree, and what can be shown of the chosen one. The address says which is open. */
export function FilesView({ version }: { version: ShownVersion }) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const chosen = params.get('file');
  const { source } = version;
  if (!source) return <Notice>{t('artifacts.hiddenFiles')}</Notice>;
  if (version.isDeleted) return <Notice>{t('artifacts.deletedFiles')}</Notice>;
  if (version.fileCount === 0) return <Empty title={t('artifacts.noFiles')} />;
  return (
    <div className={styles.split}>
      <div className={styles.side}>
        <p className={styles.muted}>
          {t('artifacts.fileCount', { count: version.fileCount })} · {formatBytes(version.size, locale)}
        </p>
        <FolderTree
          versionId={source.id}
          open={params.getAll('open')}
          chosen={chosen}
          onToggle={(path) => {
            const open = params.getAll('open');
            const next = open.includes(path) ? open.filter((one) => one !== path) : [...open, path];
            setParams({ open: next }, { replace: true });
          }}
          onChoose={(file) => setParams({ file })}
        />
      </div>
      {chosen === null ? (
        <p className={styles.muted}>{t('artifacts.chooseFile', { count: formatCount(version.fileCount, locale) })}</p>
      ) : (
        <Chosen key={chosen} versionId={source.id} path={chosen} />
      )}
    </div>
  );
}

function Chosen({ versionId, path }: { versionId: string; path: string }) {
  const t = useT();
  const { data, error, reload } = useData(VersionFileDocument, { id: versionId, path });
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  const files = data.node?.__typename === 'ArtifactVersion' ? data.node.files.edges : [];
  const file = files[0]?.node;
  return file?.path === path ? <FilePreview file={file} /> : <Empty title={t('artifacts.noSuchFile')} />;
}
