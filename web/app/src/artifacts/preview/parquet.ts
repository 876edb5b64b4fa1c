// The head of a Parquet file, read by ranges: its footer and what the first rows need, never the whole file.
import { readPart } from './bytes.ts';
import { cellText } from './contents.ts';
import type { Rows } from './delimited.ts';
import type { Found } from './parquet-reader.ts';
import type { Failure, FromWorker, Question, ToWorker } from './parquet-worker.ts';
import { DamagedFileError, TooLargeError, UnknownPackingError } from './unreadable.ts';

/** Rows come in groups, and columns of a group whole: of very large groups nothing is shown. */
const MOST_BYTES = 64 * 1024 * 1024;
/** A beginning, an end, and how long the footer is. */
const LEAST_BYTES = 12;
/** How long a file may keep the reader busy once all bytes are there. */
const MOST_BUSY_MS = 20_000;

/** A Parquet file that rows can be read of, as its values are. */
export interface ParquetTable {
  columns: readonly string[];
  total: number;
  /** Rows from a number to before another one; null when that would take too many bytes. */
  rows: (start: number, end: number) => Promise<Record<string, unknown>[] | null>;
  close: () => void;
}

/** Reads what a Parquet file says of itself. Bytes that nobody calls a text are one all the same, unless told. */
export async function openParquet(url: string, size: number, areBytesText = true): Promise<ParquetTable | null> {
  if (size < LEAST_BYTES) throw new DamagedFileError();
  const reader = new Reader(url);
  const ask = (range: Question['range']) => reader.ask({ size, areBytesText, range });
  const file = await ask(null);
  if (!file) return null;
  return {
    columns: file.columns,
    total: file.total,
    rows: async (start, end) => (await ask([start, end]))?.rows ?? null,
    close: () => reader.close(),
  };
}

/** The first rows as texts, and how many there are in all; null when that would take too many bytes. */
export async function readParquetHead(
  url: string,
  size: number,
  most: number,
): Promise<(Rows & { total: number }) | null> {
  const table = await openParquet(url, size);
  if (!table) return null;
  try {
    const found = await table.rows(0, most);
    if (!found) return null;
    const { columns, total } = table;
    return { columns: [...columns], total, rows: found.map((row) => columns.map((column) => cellText(row[column]))) };
  } finally {
    table.close();
  }
}

interface Waiting {
  resolve: (found: Found | null) => void;
  reject: (error: unknown) => void;
}

/** Reads in a worker, one question after the other. After a failure, the next question begins anew. */
class Reader {
  readonly #url: string;
  #worker: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Waiting | null = null;
  /** Parts of the file that are on their way. */
  #coming = 0;
  #left = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** What was found; null when that would take too many bytes. */
  ask(question: Question): Promise<Found | null> {
    const answer = this.#last.then(() => this.#ask(question));
    this.#last = answer.catch(() => {});
    return answer;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
    this.#coming = 0;
  }

  #ask(question: Question): Promise<Found | null> {
    this.#left = MOST_BYTES;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker ??= this.#start();
      this.#post({ question });
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./parquet-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (worker === this.#worker) this.#take(data, worker);
    });
    worker.addEventListener('error', (event) => {
      if (worker === this.#worker) this.#fail(new Error(event.message || 'The reader did not start.'));
    });
    return worker;
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message, 'bytes' in message ? [message.bytes] : []);
    clearTimeout(this.#timer);
    if (this.#coming === 0) this.#timer = setTimeout(() => this.#fail(new DamagedFileError()), MOST_BUSY_MS);
  }

  #take(message: FromWorker, worker: Worker): void {
    if ('number' in message) {
      clearTimeout(this.#timer);
      this.#coming += 1;
      void this.#bring(message.number, message.start, message.end, worker);
    } else if ('failure' in message) this.#fail(errorOf(message.failure));
    else {
      clearTimeout(this.#timer);
      this.#waiting?.resolve(message.found);
    }
  }

  async #bring(number: number, start: number, end: number, worker: Worker): Promise<void> {
    try {
      this.#left -= end - start;
      if (this.#left < 0) throw new TooLargeError();
      const { bytes } = await readPart(this.#url, start, end - start);
      if (worker !== this.#worker) return;
      this.#coming -= 1;
      this.#post({ number, bytes: bytes.buffer });
    } catch (error) {
      if (worker === this.#worker) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.close();
    if (error instanceof TooLargeError) this.#waiting?.resolve(null);
    else this.#waiting?.reject(error);
  }
}

function errorOf(failure: Failure): Error {
  if (failure.sort === 'packed') return new UnknownPackingError(failure.packing);
  return failure.sort === 'too-large' ? new TooLargeError() : new DamagedFileError();
}
