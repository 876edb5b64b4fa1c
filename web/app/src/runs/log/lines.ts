// A console as lines: what a program wrote at once may be several of them.
import { plainText } from './ansi.ts';

export type Level = 'error' | 'warning' | 'info' | 'debug' | 'none';

export const LEVELS: readonly Level[] = ['error', 'warning', 'info', 'debug', 'none'];

export interface LogLine {
  number: number;
  text: string;
  /** The text without codes for colours. */
  plain: string;
  source: string;
  writtenAt: string;
  level: Level;
}

interface Written {
  source: string;
  writtenAt: string;
  text: string;
}

const SIGNS: readonly (readonly [Level, RegExp])[] = [
  ['error', /\b(ERROR|CRITICAL|FATAL)\b|^\S*(Error|Exception)\b.*:|^Traceback \(most recent call last\)/],
  ['warning', /\bWARN(ING)?\b|\b\w*Warning:/],
  ['info', /\bINFO\b/],
  ['debug', /\b(DEBUG|TRACE)\b/],
];

/** The level that a line names; a guess by words, as no program says it otherwise. */
export function levelOf(plain: string): Level {
  return SIGNS.find(([, sign]) => sign.test(plain))?.[0] ?? 'none';
}

export function linesOf(texts: readonly Written[], first: number): LogLine[] {
  let number = first;
  return texts.flatMap(({ source, writtenAt, text }) =>
    text.split('\n').map((line) => {
      const plain = plainText(line);
      number += 1;
      return { number: number - 1, text: line, plain, source, writtenAt, level: levelOf(plain) };
    }),
  );
}

export interface LogFilter {
  text: string;
  levels: readonly string[];
  /** `stdout`, `stderr`, or none for both. */
  sources: readonly string[];
}

export function filterLines(lines: readonly LogLine[], { text, levels, sources }: LogFilter): readonly LogLine[] {
  const wanted = text.normalize('NFKC').toLowerCase();
  if (!wanted && !levels.length && !sources.length) return lines;
  return lines.filter(
    (line) =>
      (!levels.length || levels.includes(line.level)) &&
      (!sources.length || sources.includes(line.source)) &&
      (!wanted || line.plain.normalize('NFKC').toLowerCase().includes(wanted)),
  );
}
