import { useCallback, useEffect, useMemo, useState } from 'react';
import { FilePreview, type PreviewedFile, Unread } from '../../artifacts/file-preview.tsx';
import { fileAddress } from '../../artifacts/preview/bytes.ts';
import { cellText } from '../../artifacts/preview/contents.ts';
import { openParquet, type ParquetTable } from '../../artifacts/preview/parquet.ts';
import { errorOf } from '../../lib/errors.ts';
import { useT } from '../../lib/messages.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Loading } from '../../ui/notices.tsx';
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
  if (error) return <Unread error={error} />;
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

interface Read {
  table: ParquetTable | null;
  rows: readonly Row[];
  isLoading: boolean;
  isTooLarge: boolean;
  error: Error | null;
}

const NOTHING: Read = { table: null, rows: [], isLoading: true, isTooLarge: false, error: null };

function useRows(file: PreviewedFile) {
  const { url, size } = file;
  const [state, setState] = useState(NOTHING);
  const { table, rows, isLoading } = state;
  useEffect(() => {
    let isWanted = true;
    let read: ParquetTable | null = null;
    setState(NOTHING);
    openParquet(url, size, false)
      .then((opened) => {
        read = opened;
        if (isWanted) setState({ ...NOTHING, table: opened, isLoading: false, isTooLarge: opened === null });
        else opened?.close();
      })
      .catch((reason: unknown) => isWanted && setState({ ...NOTHING, isLoading: false, error: errorOf(reason) }));
    return () => {
      isWanted = false;
      read?.close();
    };
  }, [url, size]);
  const more = useCallback(() => {
    if (!table || isLoading || rows.length >= table.total) return;
    const start = rows.length;
    // An answer counts only while the table is the same and its rows are not there yet.
    const settle = (next: (before: Read) => Partial<Read>) =>
      setState((before) =>
        before.table === table && before.rows.length === start
          ? { ...before, isLoading: false, ...next(before) }
          : before,
      );
    setState((before) => ({ ...before, isLoading: true }));
    table
      .rows(start, start + PAGE)
      .then((found) =>
        settle(({ rows: read }) => (found ? { rows: [...read, ...numbered(found, start)] } : { isTooLarge: true })),
      )
      .catch((reason: unknown) => settle(() => ({ error: errorOf(reason) })));
  }, [table, isLoading, rows.length]);
  useEffect(() => {
    if (table && rows.length === 0) more();
  }, [table, rows.length, more]);
  return { ...state, more };
}

function numbered(rows: Record<string, unknown>[], start: number): Row[] {
  return rows.map((values, index) => ({ number: start + index, values }));
}

/** A cell: numbers and texts as they are, images drawn, all else as a text. */
function Cell({ value }: { value: unknown }) {
  const image = useMemo(() => imageOf(value), [value]);
  if (image) return <CellImage {...image} />;
  if (value === null || value === undefined) return <Value value={undefined} />;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    return <Value value={value} />;
  if (isObject(value) && value.bytes instanceof Uint8Array) return <Value value={cellText(value.bytes)} />;
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
  const facts = factsOf(value.facts);
  if (!isObject(facts) || facts._type !== 'image') return null;
  const type = IMAGE_TYPES[String(facts.format).toLowerCase()];
  const caption = typeof facts.caption === 'string' ? facts.caption : '';
  return type ? { bytes: new Uint8Array(value.bytes), type, caption } : null;
}

/** What a cell says of its image; a file that another program wrote may hold anything there. */
function factsOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
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
