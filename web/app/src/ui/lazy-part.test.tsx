import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Suspense } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { activate } from '../lib/messages.tsx';
import { lazyPart } from './lazy-part.tsx';

let isThere: boolean;

beforeEach(async () => {
  await activate('en');
  vi.stubGlobal('fetch', async () => {
    if (!isThere) throw new TypeError('Failed to fetch');
    return new Response('{}');
  });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function load() {
  if (!isThere) throw new TypeError('Failed to fetch dynamically imported module');
  return { default: ({ name }: { name: string }) => <p>the part {name}</p> };
}

it('leaves the rest of the page as it is while a part of it can not be loaded', async () => {
  isThere = false;
  const Part = lazyPart(load);
  render(
    <>
      <input aria-label="draft" />
      <Suspense fallback="loading">
        <Part name="a" />
      </Suspense>
    </>,
  );
  await screen.findByText('This part of the page could not be loaded.');
  fireEvent.change(screen.getByLabelText('draft'), { target: { value: 'typed' } });

  isThere = true;
  await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Try again' })));

  await screen.findByText('the part a');
  expect(screen.getByLabelText<HTMLInputElement>('draft').value).toBe('typed');
});

it('asks for a lost part again when it is shown anew', async () => {
  isThere = false;
  const Part = lazyPart(load);
  const first = render(<Suspense>{<Part name="a" />}</Suspense>);
  await screen.findByText('This part of the page could not be loaded.');
  first.unmount();

  isThere = true;
  render(<Suspense>{<Part name="b" />}</Suspense>);

  await screen.findByText('the part b');
});

it('shows that a part is lost where all of the page waits for it', async () => {
  isThere = false;
  const Part = lazyPart(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return load();
  });
  const Page = ({ isOpen }: { isOpen: boolean }) => (
    <Suspense fallback="loading">{isOpen && <Part name="a" />}</Suspense>
  );
  const { rerender } = render(<Page isOpen={false} />);

  rerender(<Page isOpen />);

  await screen.findByText('This part of the page could not be loaded.');
});
