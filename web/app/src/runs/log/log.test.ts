import { describe, expect, it } from 'vitest';
import { parseAnsi, plainText } from './ansi.ts';
import { filterLines, levelOf, linesOf } from './lines.ts';

const ESC = '\u001b';

describe('colours in a console', () => {
  it('become classes, until they are reset', () => {
    expect(parseAnsi(`a ${ESC}[1;31mred${ESC}[0m b`)).toEqual([
      { text: 'a ', classes: [] },
      { text: 'red', classes: ['red', 'bold'] },
      { text: ' b', classes: [] },
    ]);
  });

  it('know bright ones and the first of 256, and skip the parameters of the others', () => {
    expect(parseAnsi(`${ESC}[92mx`)[0]?.classes).toEqual(['green']);
    expect(parseAnsi(`${ESC}[38;5;9mx`)[0]?.classes).toEqual(['red']);
    expect(parseAnsi(`${ESC}[38;2;1;2;3;1mx`)[0]?.classes).toEqual(['bold']);
  });

  it('are the only codes that have an effect: cursors, titles and links are dropped', () => {
    expect(plainText(`${ESC}[2Ka${ESC}]8;;http://evil${ESC}\\b${ESC}]0;title\u0007c${ESC}[10Dd`)).toBe('abcd');
    expect(parseAnsi(`${ESC}`)).toEqual([]);
  });
});

describe('lines of a console', () => {
  const texts = [
    { source: 'stdout', writtenAt: '2026-01-01T00:00:00Z', text: 'one\ntwo' },
    { source: 'stderr', writtenAt: '2026-01-01T00:00:01Z', text: `${ESC}[33mWARNING${ESC}[0m 損失` },
  ];

  it('are numbered through, each with the time of its text', () => {
    expect(linesOf(texts, 5).map((line) => [line.number, line.plain, line.writtenAt.slice(17, 19)])).toEqual([
      [5, 'one', '00'],
      [6, 'two', '00'],
      [7, 'WARNING 損失', '01'],
    ]);
  });

  it.each([
    ['ERROR: x', 'error'],
    ['ValueError: bad', 'error'],
    ['Traceback (most recent call last):', 'error'],
    ['file.py:1: UserWarning: x', 'warning'],
    ['[INFO] ready', 'info'],
    ['the error rate is low', 'none'],
  ])('have a level by their words: %s', (text, level) => {
    expect(levelOf(text)).toBe(level);
  });

  it('are filtered by text, level and source together', () => {
    const lines = linesOf(texts, 0);
    const none = { text: '', levels: [], sources: [] };
    expect(filterLines(lines, none)).toBe(lines);
    expect(filterLines(lines, { ...none, text: '損失' })).toHaveLength(1);
    expect(filterLines(lines, { ...none, levels: ['warning'], sources: ['stdout'] })).toHaveLength(0);
    expect(filterLines(lines, { ...none, text: 'ＴＷＯ' })).toHaveLength(1);
  });
});
