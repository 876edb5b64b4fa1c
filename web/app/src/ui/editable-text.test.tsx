import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { activate } from '../lib/messages.tsx';
import type { Refusal } from '../lib/mutate.ts';
import { EditableText } from './editable-text.tsx';

const onSave = vi.fn<(text: string, expected: string) => Promise<Refusal | null>>();

function Card({ text }: { text: string }) {
  return <EditableText label="Notes" text={text} placeholder="None" canEdit onSave={onSave} />;
}

beforeAll(() => activate('en'));
beforeEach(() => onSave.mockReset());
afterEach(cleanup);

it('expects what stood there when the edit began, also where the page shows something newer by now', async () => {
  onSave.mockResolvedValue(null);
  const { rerender } = render(<Card text="old" />);
  await userEvent.click(screen.getByRole('button', { name: /Edit/ }));
  await userEvent.type(screen.getByRole('textbox'), ' and mine');
  rerender(<Card text="of somebody else" />);
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));

  expect(onSave.mock.calls).toEqual([['old and mine', 'old']]);
});

it('shows what somebody wrote meanwhile, keeps what was typed, and replaces theirs only when told to', async () => {
  const current = 'of somebody else';
  onSave.mockResolvedValueOnce({ __typename: 'ConflictError', message: 'It was changed.', current });
  onSave.mockResolvedValueOnce(null);
  render(<Card text="old" />);
  await userEvent.click(screen.getByRole('button', { name: /Edit/ }));
  await userEvent.type(screen.getByRole('textbox'), ' and mine');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));

  expect(await screen.findByText(current)).toBeTruthy();
  expect(screen.getByRole<HTMLTextAreaElement>('textbox').value).toBe('old and mine');
  await userEvent.click(screen.getByRole('button', { name: 'Replace it with mine' }));
  expect(onSave.mock.calls[1]).toEqual(['old and mine', current]);
  expect(screen.queryByRole('textbox')).toBeNull();
});
