import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { activate } from '../lib/messages.tsx';
import { Facet } from './facet.tsx';

const OPTIONS = [
  { value: 'FAILED', label: 'Failed', count: 3 },
  { value: 'KILLED', label: 'Killed', count: 1 },
];

function Filter() {
  const [chosen, setChosen] = useState<string[]>([]);
  return <Facet label="State" options={OPTIONS} chosen={chosen} onChange={setChosen} />;
}

beforeAll(() => activate('en'));
afterEach(cleanup);

it('takes several by keyboard, says which, and keeps them when it is closed by Escape', async () => {
  const user = userEvent.setup();
  render(<Filter />);
  await user.click(screen.getByRole('button', { name: /State/ }));
  await user.click(screen.getByRole('option', { name: /Failed/ }));
  await user.click(screen.getByRole('option', { name: /Killed/ }));
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('listbox')).toBeNull();
  expect(screen.getByRole('button', { name: /State/ }).textContent).toContain('Failed, Killed');
});

it('forgets all by one button', async () => {
  const user = userEvent.setup();
  render(<Filter />);
  await user.click(screen.getByRole('button', { name: /State/ }));
  await user.click(screen.getByRole('option', { name: /Failed/ }));
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(screen.getByRole('option', { name: /Failed/ }).getAttribute('aria-selected')).toBe('false');
});
