import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { FilePreview, type PreviewedFile } from '../../artifacts/file-preview.tsx';
import { fileAddress } from '../../artifacts/preview/bytes.ts';
import { cellText } from '../../artifacts/preview/contents.ts';
import { openParquet, type ParquetTable } from '../../artifacts/preview/parquet.ts';
import { useT } from '../../lib/messages.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Loading, Notice } from '../../ui/notices.tsx';
import { isObject } from '../documents.ts';
import { Value } from '../value.tsx';
import styles from './media.module.css';

const PAGE = 100;

interface Row {
  number: number;
  values: Record<string, unknown>;
}

/** A logged table: its rows are read from the file as one scrolls. */
export default function TableGrid({ file, name }: { file: PreviewedFile; name: string }) {
  const t = useT();
  const { table, rows, isLoading, error, isTooLarge, more } = useRows(file);
  const columns = useMemo(() => columnsOf(table), [table]);
  if (error) return <Notice tone="danger">{error}</Notice>;
  if (isTooLarge) return <FilePreview file={file} />;
  if (!table) return <Loading />;
  return (
    <div className={styles.table}>
      <p className={styles.muted}>
        {t('runs.tableSize', { rows: table.total, columns: table.columns.length })}{' '}
        <a href={fileAddress(file.url)} download>
          {t('runs.downloadTable')}
        </a>
      </p>
      <DataTable
        label={t('runs.tableOf', { name })}
        rows={rows}
        columns={columns}
        rowKey={(row) => String(row.number)}
        total={table.total}
        hasMore={rows.length < table.total}
        isLoading={isLoading}
        onMore={more}
      />
    </div>
  );
}

function columnsOf(table: ParquetTable | null): Column<Row>[] {
  const number: Column<Row> = { id: '#', label: '#', width: '64px', isNumeric: true, render: (row) => row.number + 1 };
  const others = (table?.columns ?? []).map(
    (name, index): Column<Row> => ({
      id: `${index} ${name}`,
      label: name,
      width: 'minmax(110px, 1fr)',
      isKey: index < 3,
      render: (row) => <Cell value={row.values[name]} />,
    }),
  );
  return [number, ...others];
}

function useRows(file: PreviewedFile) {
  const { url, size } = file;
  const [table, setTable] = useState<ParquetTable | null>(null);
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [isLoading, setLoading] = useState(true);
  const [isTooLarge, setTooLarge] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const isWanted = useRef(true);
  const read = useCallback(async (opened: ParquetTable, start: number) => {
    setLoading(true);
    const found = await opened.rows(start, start + PAGE);
    if (!isWanted.current) return;
    setLoading(false);
    if (!found) setTooLarge(true);
    else setRows((before) => [...before, ...found.map((values, index) => ({ number: start + index, values }))]);
  }, []);
  const failed = useCallback((reason: unknown) => isWanted.current && setError(String(reason)), []);
  useEffect(() => {
    isWanted.current = true;
    openParquet(url, size)
      .then((opened) => {
        if (!isWanted.current) return;
        if (!opened) return setTooLarge(true);
        setTable(opened);
        setRows([]);
        return read(opened, 0);
      })
      .catch(failed);
    return () => {
      isWanted.current = false;
    };
  }, [url, size, read, failed]);
  const more = useCallback(() => {
    if (table && !isLoading && rows.length < table.total) read(table, rows.length).catch(failed);
  }, [table, isLoading, rows.length, read, failed]);
  return { table, rows, isLoading, isTooLarge, error, more };
}

/** A cell: numbers and texts as they are, images drawn, all else as a text. */
function Cell({ value }: { value: unknown }) {
  const image = useMemo(() => imageOf(value), [value]);
  if (image) return <CellImage {...image} />;
  if (value === null || value === undefined) return <Value value={undefined} />;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    return <Value value={value} />;
  return <Value value={cellText(value)} />;
}

const IMAGE_TYPES: Record<string, string> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** The bytes of an image in a cell; only of types that are surely no more than pictures. */
function imageOf(value: unknown): { bytes: Uint8Array<ArrayBuffer>; type: string; caption: string } | null {
  if (!isObject(value) || !(value.bytes instanceof Uint8Array) || typeof value.facts !== 'string') return null;
  const facts: unknown = JSON.parse(value.facts);
  if (!isObject(facts) || facts._type !== 'image') return null;
  const type = IMAGE_TYPES[String(facts.format).toLowerCase()];
  const caption = typeof facts.caption === 'string' ? facts.caption : '';
  return type ? { bytes: new Uint8Array(value.bytes), type, caption } : null;
}

function CellImage({ bytes, type, caption }: { bytes: Uint8Array<ArrayBuffer>; type: string; caption: string }) {
  const t = useT();
  const [address, setAddress] = useState('');
  useEffect(() => {
    const next = URL.createObjectURL(new Blob([bytes], { type }));
    setAddress(next);
    return () => URL.revokeObjectURL(next);
  }, [bytes, type]);
  return address ? (
    <img src={address} alt={caption || t('runs.imageInCell')} title={caption} className={styles.cell} />
  ) : null;
}
