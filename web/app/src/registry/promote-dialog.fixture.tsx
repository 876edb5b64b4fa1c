// A registered model behind the network: answers requests as the service does, for tests of the promotion dialog.
import { print } from 'graphql';
import type { ReactNode } from 'react';
import { Client, fetchExchange, Provider } from 'urql';
import {
  MoveAliasDocument,
  PromotableDocument,
  PromotionDocument,
  TryMoveDocument,
} from '../generated/registry/promotion.ts';
import { activate, LanguageProvider } from '../lib/messages.tsx';
import { type Viewer, ViewerContext } from '../lib/places.ts';

await activate('en');

interface Asked {
  version: string;
  expectedVersion: string | null;
  checkExpected: boolean;
  reason: string;
}

const ACCURACIES: Record<string, number> = { v7: 0.97, v8: 0.98, v9: 0.99 };
const ROLE = 'ADMIN';

export class FakeRegistry {
  /** What was asked of it with the wish to change something. */
  asked: Asked[] = [];
  /** The rules that the move does not meet. */
  unmet: { rule: string; message: string }[] = [];
  private at = 'v7';
  private by = 'mai';

  moveTo(version: string, by: string): void {
    this.at = version;
    this.by = by;
  }

  fetch = async (_: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const { operationName, variables } = JSON.parse(String(init?.body));
    return new Response(JSON.stringify({ data: this.answer(operationName, variables) }), {
      headers: { 'Content-Type': 'application/json' },
    });
  };

  private answer(operation: string, variables: { input?: Record<string, unknown> }): unknown {
    switch (operation) {
      case nameOf(PromotableDocument):
        return { node: this.model() };
      case nameOf(PromotionDocument):
        return { collection: { __typename: 'Collection', id: 'model', alias: this.alias() }, version: version('v8') };
      case nameOf(TryMoveDocument):
        return { moveAliases: { __typename: 'MoveAliasesPayload', refusedAliases: this.refused() } };
      case nameOf(MoveAliasDocument):
        return { moveAliases: this.move(variables.input ?? {}) };
      case 'Propose':
        return {
          proposeAliasMove: {
            __typename: 'ProposeAliasMovePayload',
            proposal: { id: 'proposal-1', approvalsNeeded: 1 },
          },
        };
      default:
        return { node: null };
    }
  }

  private move(input: Record<string, unknown>): unknown {
    const [wanted] = input.moves as [Omit<Asked, 'reason'>];
    const { version: to, expectedVersion, checkExpected } = wanted;
    this.asked.push({ version: to, expectedVersion, checkExpected, reason: String(input.reason) });
    if (expectedVersion !== this.at) {
      return { __typename: 'ConflictError', message: 'It points elsewhere.', current: this.at, unmetRules: null };
    }
    const from = this.at;
    this.at = to;
    const move = { __typename: 'AliasMove', name: 'production', at: '2026-11-03T10:00:00Z' };
    return { __typename: 'MoveAliasesPayload', aliases: [{ ...move, from: version(from), to: version(to) }] };
  }

  private refused(): unknown[] {
    if (!this.unmet.length) return [];
    const error = { __typename: 'ConflictError', message: 'It stays.', current: null, unmetRules: this.unmet };
    return [{ __typename: 'RefusedAlias', name: 'production', error }];
  }

  private alias(): unknown {
    const movedBy = { __typename: 'User', id: this.by, name: this.by };
    const move = { __typename: 'AliasMove', reason: '' };
    return {
      __typename: 'Alias',
      name: 'production',
      movedAt: '2026-11-03T09:00:00Z',
      movedBy,
      move,
      version: version(this.at),
    };
  }

  private model(): unknown {
    const container = {
      __typename: 'Registry',
      id: 'registry',
      viewerRole: ROLE,
      protectedAliases: ['production'],
      guards: [],
    };
    const edges = ['v9', 'v8', 'v7'].map((name) => ({ node: { ...version(name), aliases: [] } }));
    const shown = { __typename: 'Collection', id: 'model', name: 'm', path: 'acme/models/m', container, guards: [] };
    return { ...shown, aliases: [this.alias()], versions: { edges } };
  }
}

function version(name: string) {
  return {
    __typename: 'RegistryVersion',
    id: name,
    index: Number(name.slice(1)),
    name: `m:${name}`,
    path: `acme/models/m:${name}`,
    createdAt: '2026-11-01T09:00:00Z',
    metrics: { 'val/acc': ACCURACIES[name] },
    recalls: [],
    consumedBy: { totalCount: 0 },
    lineage: { completeness: { isComplete: true, reason: null } },
  };
}

function nameOf(document: Parameters<typeof print>[0]): string {
  return /(?:query|mutation) (\w+)/.exec(print(document))?.[1] ?? '';
}

const VIEWER = { isReadOnly: false, user: { id: 'me', name: 'me' }, entities: [] } as unknown as Viewer;

/** What the page around a dialog gives it: the way to the API, the viewer, the language. */
export function Surroundings({ registry, children }: { registry: FakeRegistry; children: ReactNode }) {
  const client = new Client({
    url: 'http://headwater.test/graphql',
    exchanges: [fetchExchange],
    fetch: registry.fetch,
    preferGetMethod: false,
  });
  return (
    <Provider value={client}>
      <LanguageProvider initial="en">
        <ViewerContext value={VIEWER}>{children}</ViewerContext>
      </LanguageProvider>
    </Provider>
  );
}
