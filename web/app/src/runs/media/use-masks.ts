import { useEffect, useMemo, useState } from 'react';
import { readPart } from '../../artifacts/preview/bytes.ts';
import { readColours, useThemeChanges } from '../../lib/theme.ts';
import { CURVE_COLOURS } from '../charts/palette.ts';
import { type Colour, classColour, type Mask, parseColour } from './masks.ts';
import { type ClassMap, readClasses } from './png-classes.ts';

const MOST_BYTES = 16 * 1024 * 1024;

export interface ReadMasks {
  /** By address; those that have arrived. */
  maps: ReadonlyMap<string, ClassMap>;
  /** The names of those that can't be read. */
  broken: readonly string[];
}

interface Answers extends ReadMasks {
  wanted: string;
}

const NONE: Answers = { wanted: '', maps: new Map(), broken: [] };

/** Reads masks one after the other; what was read stays while it is wanted. */
export function useMasks(masks: readonly Mask[]): ReadMasks {
  const [answers, setAnswers] = useState(NONE);
  const wanted = JSON.stringify(masks.map(({ name, url, size }) => [name, url, size]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has arrived starts nothing.
  useEffect(() => {
    const stop = new AbortController();
    const list: [string, string, number][] = JSON.parse(wanted);
    const kept = new Map(list.flatMap(([, url]) => [[url, answers.maps.get(url)] as const]).filter(isThere));
    setAnswers({ wanted, maps: kept, broken: [] });
    void (async () => {
      for (const [name, url, size] of list) {
        if (stop.signal.aborted) return;
        if (kept.has(url)) continue;
        const map = await readMask(url, size, stop.signal);
        if (stop.signal.aborted) return;
        setAnswers((before) => ({
          wanted,
          maps: map ? new Map([...before.maps, [url, map]]) : before.maps,
          broken: map ? before.broken : [...new Set([...before.broken, name])],
        }));
      }
    })();
    return () => stop.abort();
  }, [wanted]);
  return answers;
}

function isThere(entry: readonly [string, ClassMap | undefined]): entry is readonly [string, ClassMap] {
  return entry[1] !== undefined;
}

/** The classes of a mask; null when its file can't be had, or is no mask that we can read: the legend says so. */
async function readMask(url: string, size: number, signal: AbortSignal): Promise<ClassMap | null> {
  if (size > MOST_BYTES) return null;
  try {
    return await readClasses((await readPart(url, 0, Math.max(size, 1), signal)).bytes);
  } catch {
    return null;
  }
}

/** The colour of a class on the page as it is now, light or dark. */
export function useClassColours(): (number: number) => Colour {
  const theme = useThemeChanges();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours.
  return useMemo(() => {
    const read = readColours([...CURVE_COLOURS, '--text', '--page']);
    const colours = CURVE_COLOURS.map((name) => parseColour(read[name]));
    const [text, page] = [parseColour(read['--text']), parseColour(read['--page'])];
    return (number) => classColour(number, colours, text, page);
  }, [theme]);
}
