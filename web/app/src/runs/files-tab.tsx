import { FilePreview } from '../artifacts/file-preview.tsx';
import { fileAddress } from '../artifacts/preview/bytes.ts';
import { type RunFileFieldsFragment, RunFilesDocument } from '../generated/runs/run.ts';
import { formatBytes } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import styles from './files-tab.module.css';
import { SearchInput } from './search-input.tsx';

const PAGE = 100;

/** The files of a run by path, and what can be shown of one. The address says which. */
export default function FilesTab({ path }: { path: string }) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const prefix = params.get('prefix') ?? '';
  const chosen = params.get('file');
  const files = usePages(RunFilesDocument, { path, prefix: prefix || null, first: PAGE }, (data) => data.run?.files);
  // The chosen one may stand on no page yet.
  const one = usePages(RunFilesDocument, { path, prefix: chosen, first: 1 }, (data) => data.run?.files, {
    isPaused: chosen === null,
  });
  const shown = one.items.find((file) => file.path === chosen);
  const columns: Column<RunFileFieldsFragment>[] = [
    {
      id: 'path',
      label: t('runs.path'),
      width: 'minmax(200px, 1fr)',
      isKey: true,
      render: (file) => (
        <button
          type="button"
          className={styles.choose}
          aria-current={file.path === chosen}
          title={file.path}
          onClick={() => setParams({ file: file.path })}
        >
          {file.path}
        </button>
      ),
    },
    {
      id: 'size',
      label: t('runs.size'),
      width: 'minmax(72px, 90px)',
      isNumeric: true,
      isKey: true,
      render: (file) => formatBytes(file.size, locale),
    },
    {
      id: 'download',
      label: t('runs.download'),
      width: 'minmax(90px, max-content)',
      isKey: true,
      render: (file) =>
        file.reference ? (
          t('runs.elsewhere')
        ) : (
          <a href={fileAddress(file.url)} download aria-label={t('runs.downloadFile', { path: file.path })}>
            {t('runs.download')}
          </a>
        ),
    },
  ];
  if (files.error) return <Failure error={files.error} onRetry={files.reload} />;
  if (!files.items.length && !prefix) {
    if (files.isLoading) return <Loading />;
    return <Empty title={t('runs.noFiles')} code={'run.save("predictions.csv")'} />;
  }
  return (
    <div className={chosen ? styles.split : styles.alone}>
      <div className={styles.list}>
        <SearchInput
          label={t('runs.pathBeginning')}
          value={prefix}
          onChange={(next) => setParams({ prefix: next }, { replace: true })}
        />
        <DataTable
          label={t('runs.files')}
          rows={files.items}
          columns={columns}
          rowKey={(file) => file.path}
          total={files.totalCount}
          hasMore={files.hasMore}
          isLoading={files.isLoading}
          onMore={files.more}
        />
      </div>
      {chosen && (
        <div className={styles.preview}>
          <span>
            <Button look="quiet" onPress={() => setParams({ file: null })}>
              {t('ui.close')}
            </Button>
          </span>
          {shown ? <FilePreview file={shown} /> : one.isLoading ? <Loading /> : <Empty title={t('runs.noSuchFile')} />}
        </div>
      )}
    </div>
  );
}
