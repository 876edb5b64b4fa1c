// What `git diff` writes, line by line.

export interface DiffLine {
  number: number;
  kind: 'file' | 'hunk' | 'added' | 'removed' | 'same';
  text: string;
}

const HEADERS =
  /^(diff --git |index |--- |\+\+\+ |new file |deleted file |similarity |rename |old mode|new mode|Binary )/;

/** Tells lines apart by their place: `--- x` is a removed line inside of a hunk, and a header before it. */
export function parseDiff(text: string): DiffLine[] {
  let left = { old: 0, new: 0 };
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, number): DiffLine => {
      const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
      if (hunk) {
        left = { old: Number(hunk[1] ?? 1), new: Number(hunk[2] ?? 1) };
        return { number, kind: 'hunk', text: line };
      }
      const isInside = left.old > 0 || left.new > 0;
      if (isInside && line.startsWith('+')) {
        left.new -= 1;
        return { number, kind: 'added', text: line };
      }
      if (isInside && line.startsWith('-')) {
        left.old -= 1;
        return { number, kind: 'removed', text: line };
      }
      if (isInside && !line.startsWith('\\')) {
        left = { old: left.old - 1, new: left.new - 1 };
        return { number, kind: 'same', text: line };
      }
      return { number, kind: HEADERS.test(line) ? 'file' : 'same', text: line };
    });
}
