// The first rows of CSV and TSV (RFC 4180: quoted cells may hold the delimiter, quotes and line ends).

export interface Rows {
  columns: string[];
  rows: string[][];
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
