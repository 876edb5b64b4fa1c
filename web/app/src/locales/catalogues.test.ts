import { readdirSync, readFileSync } from 'node:fs';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { describe, expect, it } from 'vitest';

const FOLDER = 'src/locales';
const SOURCES = readdirSync('src', { recursive: true, encoding: 'utf-8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('generated') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(`src/${name}`, 'utf-8'))
  .join('\n');

function texts(locale: string, file: string): Record<string, string> {
  return JSON.parse(readFileSync(`${FOLDER}/${locale}/${file}`, 'utf-8'));
}

describe.each(readdirSync(`${FOLDER}/en`).filter((name) => name.endsWith('.json')))('%s', (file) => {
  const english = texts('en', file);
  const japanese = texts('ja', file);

  it('has the same keys in both languages', () => {
    expect(Object.keys(japanese).sort()).toEqual(Object.keys(english).sort());
  });

  it('has no empty text, and the same values to fill in', () => {
    for (const [key, text] of Object.entries(english)) {
      expect(text.trim(), key).not.toBe('');
      expect(japanese[key]?.trim(), key).toBeTruthy();
      const [mine, theirs] = [valuesIn(text), valuesIn(japanese[key] ?? '')];
      expect(theirs.printed, key).toEqual(mine.printed);
      for (const name of theirs.all) expect(mine.all, key).toContain(name);
    }
  });

  it('has no text that nothing shows', () => {
    const unused = Object.keys(english).filter((key) => !isUsed(key));
    expect(unused).toEqual([]);
  });
});

/** The names of the values that a message takes, and of those that it prints and does not only count by. */
function valuesIn(text: string): { all: string[]; printed: string[] } {
  const all = new Set<string>();
  const printed = new Set<string>();
  // A compiled message is a list of texts and of values `[name, kind, options]`; each option is such a list again, in
  // which `#` stands for the value.
  const collect = (parts: unknown, counted: string | null): void => {
    for (const part of Array.isArray(parts) ? parts : [parts]) {
      if (part === '#' && counted) printed.add(counted);
      if (!Array.isArray(part)) continue;
      const name = String(part[0]);
      all.add(name);
      if (part[1] !== 'plural') printed.add(name);
      for (const option of Object.values(part[2] ?? {})) collect(option, name);
    }
  };
  collect(compileMessage(text), null);
  return { all: [...all].sort(), printed: [...printed].sort() };
}

/** Whether a source names the key, whole or by its beginning in a template such as `theme.${theme}`. */
function isUsed(key: string): boolean {
  const stem = key.slice(0, key.lastIndexOf('.') + 1);
  return SOURCES.includes(`'${key}'`) || SOURCES.includes(`"${key}"`) || SOURCES.includes(`\`${stem}\${`);
}
