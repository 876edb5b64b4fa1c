import { act, renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { useCurrentRow } from './data-table-rows.ts';

const keyOf = (row: string) => row;

function at(rows: readonly string[]) {
  return renderHook(({ shown }) => useCurrentRow(shown, keyOf), { initialProps: { shown: rows } });
}

describe('the row one is at', () => {
  it('stays the same row when others come before it', () => {
    const { result, rerender } = at(['a', 'b', 'c']);
    act(() => result.current[1](1));
    rerender({ shown: ['new', 'a', 'b', 'c'] });
    expect(result.current[0]).toBe(2);
  });

  it('is the one that took its place when it goes, and the last when there is none', () => {
    const { result, rerender } = at(['a', 'b', 'c']);
    act(() => result.current[1](1));
    rerender({ shown: ['a', 'c'] });
    expect(result.current[0]).toBe(1);
    rerender({ shown: ['a'] });
    expect(result.current[0]).toBe(0);
  });
});
