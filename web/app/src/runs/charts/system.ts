// Samples of machines as series that charts draw.
import { isObject } from '../documents.ts';
import type { Series } from './chart-data.ts';

/** A series for each measured thing; their steps are the seconds since 1970, as samples have no other. */
export function systemSeries(samples: readonly unknown[]): Series[] {
  const found = new Map<string, { times: number[]; values: unknown[] }>();
  for (const sample of samples) {
    if (!isObject(sample)) continue;
    const time = Number(sample._time);
    for (const [key, value] of Object.entries(sample)) {
      if (key === '_time') continue;
      const one = found.get(key) ?? { times: [], values: [] };
      one.times.push(time);
      one.values.push(value);
      found.set(key, one);
    }
  }
  return [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, { times, values }]) => ({ key, count: values.length, steps: times, times, values }));
}

/** Within the stretch of time, both ends included. */
export function samplesWithin(samples: readonly unknown[], from: number, to: number): unknown[] {
  return samples.filter((sample) => isObject(sample) && Number(sample._time) >= from && Number(sample._time) <= to);
}
