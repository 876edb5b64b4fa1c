import { useMemo, useState } from 'react';
import { VersionMetadataDocument } from '../generated/artifacts/version.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { TextField } from '../ui/field.tsx';
import { Empty, Failure, Loading } from '../ui/notices.tsx';
import styles from './artifacts.module.css';
import tree from './metadata.module.css';
import { MetadataEditor } from './metadata-editor.tsx';
import { type MetadataRow, metadataRows, valueText } from './metadata-tree.ts';
import { useRights } from './rights.ts';
import type { ShownVersion } from './version-page.tsx';

const MOST_ROWS = 500;

/** What the author of a version noted, as a tree that can be searched, copied from and, by who may, edited. */
export function MetadataView({ version }: { version: ShownVersion }) {
  const t = useT();
  const [isEditing, setEditing] = useState(false);
  const { canWrite } = useRights(version.collection.container);
  const { data, error, reload } = useData(VersionMetadataDocument, { id: version.id });
  if (error) return <Failure error={error} onRetry={reload} />;
  const node = data?.node;
  if (node?.__typename !== 'ArtifactVersion' && node?.__typename !== 'RegistryVersion') return <Loading />;
  const { metadata } = node;
  const canEdit = canWrite && version.__typename === 'ArtifactVersion' && !version.isDeleted;
  if (isEditing) return <MetadataEditor versionId={version.id} metadata={metadata} onClose={() => setEditing(false)} />;
  const edit = canEdit ? <Button onPress={() => setEditing(true)}>{t('ui.edit')}</Button> : null;
  if (Object.keys(metadata as object).length === 0) {
    return (
      <>
        <Empty
          title={t('artifacts.noMetadata')}
          code={'headwater.Artifact("my-data", type="dataset", metadata={"rows": 1200})'}
        >
          {t('artifacts.noMetadataHint')}
        </Empty>
        {edit && <span>{edit}</span>}
      </>
    );
  }
  return <Tree metadata={metadata} edit={edit} />;
}

function Tree({ metadata, edit }: { metadata: unknown; edit: React.ReactNode }) {
  const t = useT();
  const [params, setParams] = useParams();
  const search = params.get('find') ?? '';
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => metadataRows(metadata, closed, search), [metadata, closed, search]);
  const toggle = (path: string) => {
    const next = new Set(closed);
    if (!next.delete(path)) next.add(path);
    setClosed(next);
  };
  return (
    <section className={styles.list} aria-label={t('artifacts.metadata')}>
      <div className={styles.filters}>
        <TextField
          label={t('artifacts.findMetadata')}
          isLabelHidden
          placeholder={t('artifacts.findMetadata')}
          value={search}
          onChange={(find) => setParams({ find }, { replace: true })}
        />
        <CopyButton text={JSON.stringify(metadata, null, 2)} label={t('artifacts.copyMetadata')} />
        {edit}
      </div>
      {rows.length === 0 && <p className={styles.muted}>{t('artifacts.noneFound')}</p>}
      <ul className={tree.tree} aria-label={t('artifacts.metadata')}>
        {rows.slice(0, MOST_ROWS).map((row) => (
          <li key={row.path} className={tree.row} style={{ paddingInlineStart: `${row.depth * 20}px` }}>
            <Key row={row} onToggle={() => toggle(row.path)} />
            {row.count === null && (
              <span className={typeof row.value === 'string' ? tree.text : tree.value} dir="auto">
                {valueText(row.value)}
              </span>
            )}
            <span className={tree.copy}>
              <CopyButton text={row.path} label={t('artifacts.copyKey', { path: row.path })} />
            </span>
          </li>
        ))}
      </ul>
      {rows.length > MOST_ROWS && (
        <p className={styles.muted}>{t('artifacts.moreMetadata', { count: rows.length - MOST_ROWS })}</p>
      )}
    </section>
  );
}

function Key({ row, onToggle }: { row: MetadataRow; onToggle: () => void }) {
  if (row.count === null) {
    return (
      <span className={tree.key} dir="auto">
        {row.key}
      </span>
    );
  }
  return (
    <button type="button" className={tree.branch} aria-expanded={row.isOpen} onClick={onToggle}>
      <span aria-hidden="true">{row.isOpen ? '▾' : '▸'}</span> <span dir="auto">{row.key}</span>
      <span className={styles.muted}>{Array.isArray(row.value) ? `[${row.count}]` : `{${row.count}}`}</span>
    </button>
  );
}
