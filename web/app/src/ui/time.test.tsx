import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { Time } from './time.tsx';

afterEach(cleanup);

describe('Time', () => {
  it('is shown in the zone of the browser, and on hover also in UTC', () => {
    const at = '2026-11-03T10:05:00.123456Z';

    render(<Time at={at} isFull />);

    const local = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
    const time = screen.getByText(local);
    expect(time.getAttribute('title')).toBe(`${local}\n2026-11-03 10:05:00 UTC`);
    expect(time.getAttribute('datetime')).toBe(at);
  });
});
