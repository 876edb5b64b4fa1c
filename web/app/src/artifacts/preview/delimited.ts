// The first rows of CSV and TSV (RFC 4180: quoted cells may hold the delimiter, quotes and line ends).

export interface Rows {
  columns: string[];
  rows: string[][];
}

const DELIMITERS = [',', ';', '\t'];
const SNIFFED_ROWS = 10;

/** The delimiter of a text: the one that gives its first rows the most cells, the same number in each. */
export function sniffDelimiter(text: string, isCut = false): string {
  const found = DELIMITERS.map((delimiter) => {
    const { columns, rows } = parseDelimited(text, delimiter, SNIFFED_ROWS, isCut);
    const even = rows.filter((row) => row.length === columns.length).length;
    // One column is what every wrong delimiter gives.
    return { delimiter, cells: columns.length, share: columns.length > 1 ? (even + 1) / (rows.length + 1) : 0 };
  });
  found.sort((one, other) => other.share - one.share || other.cells - one.cells);
  return found[0]?.delimiter ?? ',';
}

/** Reads up to `most` rows below the header. A last row that the end of a cut text breaks off is left out. */
export function parseDelimited(text: string, delimiter: string, most: number, isCut = false): Rows {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endRow = () => {
    row.push(cell);
    cell = '';
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  for (; at < text.length && rows.length <= most; at += 1) {
    const sign = text[at];
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (sign === '"' && cell === '') isQuoted = true;
    else if (sign === delimiter) {
      row.push(cell);
      cell = '';
    } else if (sign === '\n') endRow();
    else if (sign !== '\r' || text[at + 1] !== '\n') cell += sign;
  }
  if (at >= text.length && rows.length <= most && !isCut && (cell !== '' || row.length > 0)) endRow();
  const [columns = [], ...rest] = rows;
  return { columns, rows: rest };
}
