// Counts of runs by a key and their state, put together into lines of a grouped table.
import type { RunState } from '../ui/state.tsx';
import type { GroupKey } from './runs-tab.tsx';

export interface RunGroupLine {
  /** What the address calls it. */
  id: string;
  key: string;
  count: number;
  states: readonly (readonly [RunState, number])[];
}

/** Stands in an address for the runs that name no job type or group. */
export const NO_NAME = '-';

interface Count {
  keys: readonly string[];
  count: number;
}

/** A line for each first key, the largest first, those without a name last. */
export function groupsOf(counts: readonly Count[], group: GroupKey): RunGroupLine[] {
  const found = new Map<string, { count: number; states: [RunState, number][] }>();
  for (const { keys, count } of counts) {
    const [key = '', state] = keys;
    const line = found.get(key) ?? { count: 0, states: [] };
    line.count += count;
    line.states.push([(group === 'state' ? key : state) as RunState, count]);
    found.set(key, line);
  }
  return [...found]
    .map(([key, line]) => ({ id: key === '' ? NO_NAME : key, key, ...line }))
    .sort((one, other) => Number(one.key === '') - Number(other.key === '') || other.count - one.count);
}
