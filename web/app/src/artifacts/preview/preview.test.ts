import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileAddress, readPart } from './bytes.ts';
import { cellText, hexLines, prettyJson, textOf } from './contents.ts';
import { parseDelimited, sniffDelimiter } from './delimited.ts';
import { loadPreview } from './load.ts';
import { openParquet } from './parquet.ts';
import { isServedAsImage, previewKind } from './preview-kind.ts';
import { DamagedFileError } from './unreadable.ts';
import { WorkerHere } from './worker-here.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** A store that holds these bytes, and knows ranges or not. */
function serve(bytes: Uint8Array<ArrayBuffer>, { knowsRanges = true } = {}) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    asked.push(address);
    const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init.headers).get('Range') ?? '');
    if (!knowsRanges || !range) return new Response(bytes, { status: 200 });
    const [start, end] = [Number(range[1]), Number(range[2]) + 1];
    if (start >= bytes.length) return new Response('', { status: 416 });
    return new Response(bytes.slice(start, end), { status: 206 });
  });
  return asked;
}

beforeEach(() => {
  vi.stubGlobal('Worker', WorkerHere);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  expect(WorkerHere.running.size).toBe(0);
});

describe('the kind of a preview', () => {
  it.each([
    ['a/b.PNG', 'image'],
    ['x.svg', 'svg'],
    ['page.html', 'text'],
    ['Makefile', 'text'],
    ['train.csv', 'table'],
    ['t.parquet', 'parquet'],
    ['v.mp4', 'video'],
    ['weights.npz', 'unknown'],
    ['.png/none', 'unknown'],
  ])('of %s is %s', (path, kind) => {
    expect(previewKind(path)).toBe(kind);
  });

  it('has no drawing or page among what the browser shows by its address', () => {
    expect(['a.svg', 'a.html', 'a.xml', 'a.avif'].filter(isServedAsImage)).toEqual([]);
  });
});

describe('reading a part of a file', () => {
  it('asks this server whatever name the address has', async () => {
    const asked = serve(encode('hello'));
    await readPart('https://elsewhere.example/files/a/b/c:v0/%E6%95%B0.txt', 0, 3);
    expect(asked).toEqual(['/files/a/b/c:v0/%E6%95%B0.txt']);
    expect(fileAddress('http://h/files/a%20b')).toBe('/files/a%20b');
  });

  it.each([true, false])('gives that part and no more (ranges known: %s)', async (knowsRanges) => {
    serve(encode('hello world'), { knowsRanges });
    expect(new TextDecoder().decode((await readPart('/f', 6, 3)).bytes)).toBe('wor');
  });

  it('gives nothing of an empty file', async () => {
    serve(encode(''));
    expect((await readPart('/f', 0, 10)).bytes.length).toBe(0);
  });

  it('says what the store said when it refuses', async () => {
    vi.stubGlobal('fetch', async () => new Response('<Error><Message>Gone away</Message></Error>', { status: 404 }));
    await expect(readPart('/f', 0, 10)).rejects.toThrow('404 Gone away');
  });

  it('says what the service said when it refuses', async () => {
    vi.stubGlobal(
      'fetch',
      async () => new Response('{"error": {"type": "NotFoundError", "message": "It was deleted."}}', { status: 409 }),
    );
    await expect(readPart('/f', 0, 10)).rejects.toThrow('It was deleted.');
  });
});

describe('delimited text', () => {
  it('keeps delimiters, quotes and line ends inside quotes', () => {
    expect(parseDelimited('a,b\r\n"x, ""y""","1\n2"\r\n', ',', 10)).toEqual({
      columns: ['a', 'b'],
      rows: [['x, "y"', '1\n2']],
    });
  });

  it.each([
    ['a,b\n1,2\n', ','],
    ['a;b\n1,5;2,5\n3,5;4,5\n', ';'],
    ['a\tb\n1,5\t2;5\n', '\t'],
    ['"x;y;z",b\n"1;2",3\n', ','],
    ['name;note\nx;"one, two, three"\ny;"a\n,b"\n', ';'],
    ['名前;点\n太郎;0,9\n', ';'],
    ['a,b,note\n1,2,x;y\n3,4,z\n', ','],
    ['one column\n1;2\n', ','],
    ['', ','],
  ])('finds out what parts the cells of %j', (text, delimiter) => {
    expect(sniffDelimiter(text)).toBe(delimiter);
  });

  it('leaves out a row that the cut breaks off', () => {
    expect(parseDelimited('a\n1\n2', ',', 10, true).rows).toEqual([['1']]);
    expect(parseDelimited('a\n1\n2', ',', 10, false).rows).toEqual([['1'], ['2']]);
  });

  it('stops at the number of rows asked for', () => {
    const text = `n\n${Array.from({ length: 500 }, (_, row) => row).join('\n')}`;
    expect(parseDelimited(text, ',', 100).rows).toHaveLength(100);
  });

  it('drops the mark that some programs put before a text', () => {
    expect(parseDelimited('\uFEFFid\n1', ',', 5).columns).toEqual(['id']);
  });
});

describe('contents', () => {
  it('is no text with a zero byte or broken UTF-8', () => {
    expect(textOf(new Uint8Array([65, 0]), false)).toBeNull();
    expect(textOf(new Uint8Array([0xff, 65]), false)).toBeNull();
  });

  it('leaves out a sign that the cut breaks apart', () => {
    expect(textOf(encode('日本').slice(0, 5), true)).toBe('日');
    expect(textOf(encode('日本').slice(0, 5), false)).toBeNull();
  });

  it('writes JSON by lines, and leaves text that is none', () => {
    expect(prettyJson('{"a":1}', false)).toBe('{\n  "a": 1\n}');
    expect(prettyJson('{"a":', false)).toBe('{"a":');
    expect(prettyJson('{"a":1}', true)).toBe('{"a":1}');
  });

  it('writes bytes with offset and printable signs', () => {
    expect(hexLines(new Uint8Array([72, 105, 0, 60]), 16)).toBe(`00000000  ${'48 69 00 3c'.padEnd(47)}  Hi·<`);
  });

  it('writes cells of any type as texts', () => {
    expect(cellText(2n ** 60n)).toBe('1152921504606846976');
    expect(cellText({ a: [1n, 2n ** 60n, Number.NaN] })).toBe('{"a":[1,"1152921504606846976","NaN"]}');
    expect(cellText(null)).toBe('');
  });
});

describe('a preview', () => {
  const stop = new AbortController().signal;

  it('shows a page as its text', async () => {
    const bytes = encode('<script>alert(1)</script>');
    serve(bytes);
    const found = await loadPreview({ path: 'a.html', size: bytes.length, url: '/f' }, previewKind('a.html'), stop);
    expect(found).toEqual({ sort: 'text', text: '<script>alert(1)</script>', isCut: false });
  });

  it('shows a drawing as an image that has no origin', async () => {
    const bytes = encode('<svg onload="alert(1)"/>');
    serve(bytes);
    const found = await loadPreview({ path: 'a.svg', size: bytes.length, url: '/f' }, 'svg', stop);
    expect(found.sort === 'image' && found.source).toMatch(/^data:image\/svg\+xml;base64,/);
  });

  it('tells that a long text goes on', async () => {
    const bytes = encode('x'.repeat(300_000));
    serve(bytes);
    const found = await loadPreview({ path: 'a.txt', size: bytes.length, url: '/f' }, 'text', stop);
    expect(found.sort === 'text' && [found.text.length, found.isCut]).toEqual([256 * 1024, true]);
  });

  it.each(['snappy', 'zstd'])('reads the first rows of a Parquet file by ranges (%s)', async (codec) => {
    const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, `${codec}.parquet`)));
    serve(bytes);
    const found = await loadPreview({ path: 'a.parquet', size: bytes.length, url: '/f' }, 'parquet', stop);
    expect(found).toMatchObject({ sort: 'table', total: 150, columns: ['id', 'text', 'large'] });
    expect(found.sort === 'table' && found.rows.length).toBe(100);
    expect(found.sort === 'table' && found.rows[1]).toEqual(['1', '行 1 <b>', '1152921504606846977']);
  });

  const parquet = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, `${name}.parquet`)));
  const head = (bytes: Uint8Array<ArrayBuffer>) => {
    serve(bytes);
    return loadPreview({ path: 'a.parquet', size: bytes.length, url: '/f' }, 'parquet', stop);
  };

  it('writes days, times, decimals, bytes and what is nested in a Parquet file as people do', async () => {
    const found = await head(parquet('types.gzip'));
    const rows = found.sort === 'table' ? found.rows : [];
    expect(rows.map((row) => row[0])).toEqual(['1969-12-31', '', '2026-01-02']);
    expect(rows[0]?.slice(1, 5)).toEqual([
      '2026-01-01T12:30:00.123456',
      '1960-01-01T00:00:00.005Z',
      '2026-01-01T00:00:00.123456789',
      '01:02:03.5',
    ]);
    expect(rows.map((row) => row[5])).toEqual(['-0.05', '12.50', '']);
    expect(rows[0]?.[6]).toBe('-12345678901234567890123456789.123');
    expect(rows.map((row) => row[7])).toEqual(['<2 bytes>', 'text', '']);
    expect(rows.map((row) => row[8])).toEqual(['[1,null]', '[]', '']);
    expect(rows.map((row) => row[9])).toEqual(['{"日":"2026-01-01","n":[{"p":"1.10"}]}', '', '{"日":null,"n":[]}']);
    expect(rows.map((row) => row[10])).toEqual(['{"k":"2026-01-01"}', '{}', '']);
  });

  it('unpacks LZ4 and Brotli', async () => {
    expect(await head(parquet('text.lz4'))).toMatchObject({ total: 200, rows: { 99: ['行 0'] } });
    expect(await head(parquet('price.brotli'))).toMatchObject({ rows: [['-0.05'], ['12.50'], ['']] });
  });

  it.each([
    ['cut off', parquet('types.gzip').slice(0, 900)],
    ['overwritten', parquet('types.gzip').fill(255, 10, 400)],
    ['a text', encode('id,name\n1,a long enough text')],
    ['empty', new Uint8Array(0)],
  ])('says of a Parquet file that is %s that it is damaged', async (_, bytes) => {
    await expect(head(bytes)).rejects.toBeInstanceOf(DamagedFileError);
  });

  it('stops a Parquet file that keeps its reader busy, and can be asked again', async () => {
    vi.useFakeTimers();
    serve(parquet('zstd'));
    const table = await openParquet('/f', parquet('zstd').length);
    const answered = vi.spyOn(WorkerHere.prototype, 'postMessage').mockImplementation(() => {});
    const found = expect(table?.rows(0, 1)).rejects.toBeInstanceOf(DamagedFileError);
    await vi.advanceTimersByTimeAsync(60_000);
    await found;
    expect(WorkerHere.running.size).toBe(0);

    answered.mockRestore();
    expect(await table?.rows(1, 2)).toMatchObject([{ id: 1n }]);
    table?.close();
  });

  it('waits for the bytes of a Parquet file as long as the store takes', async () => {
    vi.useFakeTimers();
    serve(parquet('zstd'));
    const read = globalThis.fetch;
    vi.stubGlobal('fetch', async (...asked: Parameters<typeof fetch>) => {
      await new Promise((resolve) => setTimeout(resolve, 90_000));
      return read(...asked);
    });
    const found = loadPreview({ path: 'a.parquet', size: parquet('zstd').length, url: '/f' }, 'parquet', stop);
    await vi.advanceTimersByTimeAsync(900_000);
    expect(await found).toMatchObject({ total: 150 });
  });

  it('says what the store says when a Parquet file does not arrive', async () => {
    vi.stubGlobal('fetch', async () => new Response('<Error><Message>Gone away</Message></Error>', { status: 404 }));
    await expect(loadPreview({ path: 'a.parquet', size: 999, url: '/f' }, 'parquet', stop)).rejects.toThrow(
      'Gone away',
    );
  });
});
