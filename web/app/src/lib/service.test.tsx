import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { askService, noteFailure, useIsAnswering, useOnAnswer } from './service.ts';

let status: number | null;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', async () => {
    if (status === null) throw new TypeError('Failed to fetch');
    return new Response('{}', { status });
  });
});

afterEach(async () => {
  status = 200;
  await act(askService);
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function watch() {
  const again = vi.fn();
  const { result } = renderHook(() => {
    useOnAnswer(again);
    return useIsAnswering();
  });
  return { again, isAnswering: () => result.current };
}

it.each([null, 502, 503])(
  'asks a silent service until it answers, and then what failed is tried again: %s',
  async (silence) => {
    const { again, isAnswering } = watch();
    status = silence;
    await act(noteFailure);
    expect(isAnswering()).toBe(false);

    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(again).not.toHaveBeenCalled();

    status = 200;
    await act(() => vi.advanceTimersByTimeAsync(4_000));
    expect(isAnswering()).toBe(true);
    expect(again).toHaveBeenCalledOnce();
  },
);

it('says nothing of a service that answers, but tries a request that failed by itself again', async () => {
  const { again, isAnswering } = watch();
  status = 200;
  await act(noteFailure);
  expect(isAnswering()).toBe(true);

  await act(() => vi.advanceTimersByTimeAsync(4_000));
  expect(again).toHaveBeenCalledOnce();
});
