/// <reference lib="webworker" />
// Reads Parquet files beside the page: a few bytes of a hostile one keep a reader busy for minutes, and only a worker
// can be stopped. It fetches nothing by itself, since its policy lets it ask for nothing.
import { type Found, openFile, type ReadRows } from './parquet-reader.ts';
import { TooLargeError, UnknownPackingError } from './unreadable.ts';

export interface Question {
  size: number;
  areBytesText: boolean;
  /** The rows, from a number to before another one; null for what the file says of itself. */
  range: readonly [number, number] | null;
}

export type ToWorker = { question: Question } | { number: number; bytes: ArrayBuffer };
export type Failure = { sort: 'damaged' | 'too-large' } | { sort: 'packed'; packing: string };
/** Parts of the file that it needs by numbers, and in the end what it found. */
export type FromWorker = { number: number; start: number; end: number } | { found: Found } | { failure: Failure };

/** Takes questions about one file, and the bytes it asked for. */
export function readerFor(post: (message: FromWorker) => void): (message: ToWorker) => void {
  const awaited: ((bytes: ArrayBuffer) => void)[] = [];
  let opened: Promise<ReadRows> | null = null;
  const open = ({ size, areBytesText }: Question) => {
    const slice = (start: number, end = size) =>
      new Promise<ArrayBuffer>((resolve) => {
        post({ number: awaited.push(resolve) - 1, start, end });
      });
    return openFile({ byteLength: size, slice }, areBytesText);
  };
  return (message) => {
    if ('bytes' in message) return awaited[message.number]?.(message.bytes);
    opened ??= open(message.question);
    opened
      .then((read) => read(message.question.range))
      .then((found) => post({ found }))
      .catch((error: unknown) => post({ failure: failureOf(error) }));
  };
}

function failureOf(error: unknown): Failure {
  if (error instanceof UnknownPackingError) return { sort: 'packed', packing: error.packing };
  // What a reader stumbles over in bytes that are no Parquet file could be any error.
  return { sort: error instanceof TooLargeError ? 'too-large' : 'damaged' };
}

// A test reads this module where there is no worker.
if (typeof WorkerGlobalScope !== 'undefined' && self instanceof WorkerGlobalScope) {
  const take = readerFor((message) => self.postMessage(message));
  self.addEventListener('message', (event: MessageEvent<ToWorker>) => take(event.data));
}
