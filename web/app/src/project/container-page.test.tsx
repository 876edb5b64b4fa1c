import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Client, fetchExchange, Provider } from 'urql';
import { afterEach, expect, it } from 'vitest';
import { activate, LanguageProvider } from '../lib/messages.tsx';
import ContainerPage from './container-page.tsx';

// What the service would know: projects of any name, whose ids are their names.
async function answer(_: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { path } = JSON.parse(String(init?.body)).variables;
  const name = String(path).split('/')[1] ?? '';
  const entity = { __typename: 'Entity', id: 'acme', name: 'acme', viewerRole: 'ADMIN' };
  const project = { __typename: 'Project', id: name, name, path, description: `of ${name}`, createdAt: '', entity };
  return new Response(JSON.stringify({ data: { project, registry: null } }), {
    headers: { 'Content-Type': 'application/json' },
  });
}

// The settings are loaded when they are first shown, which takes a while on a busy machine.
const PATIENT = { timeout: 10_000 };

afterEach(cleanup);

it('takes nothing that was typed for one project to the settings of the next', async () => {
  await activate('en');
  const client = new Client({
    url: 'http://localhost/graphql',
    exchanges: [fetchExchange],
    fetch: answer,
    preferGetMethod: false,
  });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <LanguageProvider initial="en">
      <Provider value={client}>{children}</Provider>
    </LanguageProvider>
  );
  const settingsOf = (container: string) => (
    <ContainerPage route={{ page: 'container', entity: 'acme', container, tab: 'settings' }} />
  );
  const { rerender } = render(settingsOf('one'), { wrapper });
  await screen.findByDisplayValue('of one', {}, PATIENT);
  fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'renamed' } });

  rerender(settingsOf('two'));
  await screen.findByDisplayValue('of two', {}, PATIENT);

  expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('two');
});
