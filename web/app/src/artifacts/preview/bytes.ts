// Bytes of stored files: by an address of this server, which leads to the object store.

/** The part of a file that was asked for. */
export interface Part {
  bytes: Uint8Array<ArrayBuffer>;
  /** Whether the file goes on behind it. */
  isCut: boolean;
}

/** The plain address of a file on the server that this page came from, whatever name the server gives itself. */
export function fileAddress(url: string): string {
  return new URL(url, 'http://localhost').pathname;
}

/** Reads a part of a file, and never more of it than that. */
export async function readPart(url: string, start: number, length: number, signal?: AbortSignal): Promise<Part> {
  const response = await fetch(fileAddress(url), {
    headers: { Range: `bytes=${start}-${start + length - 1}` },
    credentials: 'same-origin',
    signal,
  });
  // An empty file has no part to give.
  if (response.status === 416) return { bytes: new Uint8Array(0), isCut: false };
  if (!response.ok) throw new Error(await reasonOf(response));
  // A store that knows no ranges sends all of it: what comes before the part is dropped, what comes behind not read.
  const skipped = response.status === 206 ? 0 : start;
  const read = await readStream(response, skipped + length + 1);
  const bytes = read.slice(skipped, skipped + length);
  return {
    bytes,
    isCut: response.status === 206 ? isBefore(response, start + bytes.length) : read.length > skipped + length,
  };
}

async function readStream(response: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const read = new Uint8Array(most);
  let size = 0;
  while (reader && size < most) {
    const { done, value } = await reader.read();
    if (done) return read.slice(0, size);
    const piece = value.subarray(0, most - size);
    read.set(piece, size);
    size += piece.length;
  }
  await reader?.cancel();
  return read.slice(0, size);
}

/** Whether the whole is longer than this; where the store does not show how long it is, we don't say so. */
function isBefore(response: Response, end: number): boolean {
  const total = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1];
  return total !== undefined && Number(total) > end;
}

/** What the service, or the store in its XML, says of a failure. */
async function reasonOf(response: Response): Promise<string> {
  const text = (await response.text()).slice(0, 2000);
  try {
    const answer: unknown = JSON.parse(text);
    const said = answer && typeof answer === 'object' && 'error' in answer ? answer.error : null;
    if (said && typeof said === 'object' && 'message' in said) return String(said.message);
  } catch {
    // Not JSON: the store answers in XML.
  }
  return `${response.status} ${/<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? response.statusText}`;
}
