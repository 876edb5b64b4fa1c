import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRegistry, Surroundings } from './promote-dialog.fixture.tsx';
import { PromoteDialog } from './promote-dialog.tsx';

let registry: FakeRegistry;
let moved: string[];
let proposed: string[];

function open() {
  render(
    <Surroundings registry={registry}>
      <PromoteDialog
        collectionId="model"
        versionId="v8"
        onClose={() => {}}
        onMoved={(move) => moved.push(`${move.from?.name} → ${move.to?.name}`)}
        onProposed={(proposal) => proposed.push(proposal)}
      />
    </Surroundings>,
  );
}

beforeEach(() => {
  registry = new FakeRegistry();
  moved = [];
  proposed = [];
});
afterEach(cleanup);

describe('PromoteDialog', () => {
  it('shows what changes, and moves the alias from where the viewer saw it', async () => {
    open();
    const confirm = await screen.findByRole('button', { name: 'Move v7 → v8' });
    expect((await screen.findByRole('row', { name: /val\/acc/ })).textContent).toBe('val/acc0.970.98+0.01');
    expect(confirm.hasAttribute('disabled')).toBe(true);

    await userEvent.type(screen.getByRole('textbox', { name: /Reason/ }), 'better');
    await waitFor(() => expect(confirm.hasAttribute('disabled')).toBe(false));
    await userEvent.keyboard('{Control>}{Enter}{/Control}');

    await waitFor(() => expect(moved).toEqual(['m:v7 → m:v8']));
    expect(registry.asked).toEqual([{ version: 'v8', expectedVersion: 'v7', checkExpected: true, reason: 'better' }]);
  });

  it('says who was faster, keeps reason and focus, and moves from there only when asked to', async () => {
    open();
    const reason = await screen.findByRole('textbox', { name: /Reason/ });
    await userEvent.type(reason, 'better');
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Move v7 → v8' }).hasAttribute('disabled')).toBe(false),
    );
    registry.moveTo('v9', 'ken');

    await userEvent.keyboard('{Control>}{Enter}{/Control}');

    const alert = await screen.findByText(/ken moved production to v9 \(you expected v7\)/);
    expect(alert.closest('[role="alert"]')).not.toBeNull();
    expect(document.activeElement).toBe(reason);
    expect((reason as HTMLTextAreaElement).value).toBe('better');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(registry.asked).toHaveLength(1);

    await userEvent.click(screen.getByRole('button', { name: 'Move v9 → v8' }));
    await waitFor(() => expect(moved).toEqual(['m:v9 → m:v8']));
    expect(registry.asked.map((one) => one.expectedVersion)).toEqual(['v7', 'v9']);
  });

  it('proposes the move where only approvals are lacking', async () => {
    registry.unmet = [{ rule: 'approvals', message: 'It takes an approval.' }];
    open();
    await screen.findByText('It takes an approval.');
    await userEvent.type(screen.getByRole('textbox', { name: /Reason/ }), 'please');
    await userEvent.click(screen.getByRole('button', { name: 'Propose v7 → v8' }));
    await waitFor(() => expect(proposed).toEqual(['proposal-1']));
    expect(moved).toEqual([]);
  });

  it('names each rule that blocks the move, and offers no way around', async () => {
    registry.unmet = [
      { rule: 'metric', message: 'loss is too high' },
      { rule: 'NOT_RECALLED', message: 'it was recalled' },
    ];
    open();
    await screen.findByText('loss is too high');
    await userEvent.type(screen.getByRole('textbox', { name: /Reason/ }), 'anyway');
    expect(screen.getByText('it was recalled')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Move v7 → v8' }).hasAttribute('disabled')).toBe(true);
  });
});
