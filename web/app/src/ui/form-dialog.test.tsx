import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { activate } from '../lib/messages.tsx';
import { TextField } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';

const confirm = vi.fn(async () => {});

function NameDialog({ look }: { look?: 'danger' }) {
  const [name, setName] = useState('');
  const [note, setNote] = useState('');
  return (
    <FormDialog
      isOpen
      onClose={() => {}}
      title="New"
      confirm="Create"
      onConfirm={confirm}
      isDisabled={!name}
      look={look}
    >
      <TextField label="Name" value={name} onChange={setName} />
      <TextField label="Note" value={note} onChange={setNote} rows={3} />
    </FormDialog>
  );
}

beforeAll(() => activate('en'));
afterEach(() => {
  cleanup();
  confirm.mockClear();
});

it('is confirmed by Enter in a field of one line, once what is needed is there', async () => {
  const user = userEvent.setup();
  render(<NameDialog />);
  await user.type(screen.getByLabelText('Name'), '{Enter}');
  expect(confirm).not.toHaveBeenCalled();
  await user.type(screen.getByLabelText('Name'), 'digits{Enter}');
  expect(confirm).toHaveBeenCalledOnce();
});

it('keeps Enter for new lines in a long text, where Ctrl-Enter confirms', async () => {
  const user = userEvent.setup();
  render(<NameDialog />);
  await user.type(screen.getByLabelText('Name'), 'digits');
  await user.type(screen.getByLabelText('Note'), 'a{Enter}b');
  expect(confirm).not.toHaveBeenCalled();
  expect((screen.getByLabelText('Note') as HTMLTextAreaElement).value).toBe('a\nb');
  await user.keyboard('{Control>}{Enter}{/Control}');
  expect(confirm).toHaveBeenCalledOnce();
});

it('does not destroy anything by Enter alone', async () => {
  const user = userEvent.setup();
  render(<NameDialog look="danger" />);
  await user.type(screen.getByLabelText('Name'), 'digits{Enter}');
  expect(confirm).not.toHaveBeenCalled();
});
