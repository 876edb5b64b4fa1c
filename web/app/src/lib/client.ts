// The one way to the API. Answers are kept by document: a mutation that answers with a type asks every open query that
// holds this type again, so an alias that shows in five places is right in all of them without rules of ours.
import { Client, cacheExchange, fetchExchange } from 'urql';
import { isReloadDue, reloadFor } from './reloading.ts';
import { isOfService, noteAnswer, noteFailure } from './service.ts';

/** Tells the service that a page of its own asks: no form and no link of another site can send it. */
export const OWN_PAGE = { 'X-Headwater-Request': '1' };

async function fetchSignedIn(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init).catch((error: unknown) => {
    if (!init?.signal?.aborted) void noteFailure();
    throw error;
  });
  if (isOfService(response.status)) noteAnswer();
  else void noteFailure();
  if (response.status === 401) reloadSignedOut();
  return response;
}

const RELOADED = 'headwater:signed-out';
const RELOAD_PAUSE_MS = 10_000;

/**
 * The session has ended: the same address now tells how to get a new one. Where it does not, since a proxy changes the
 * name under which the service is asked, the page shows what was refused instead of loading again and again.
 */
function reloadSignedOut(): void {
  if (isReloadDue(RELOADED, RELOAD_PAUSE_MS)) reloadFor(RELOADED);
}

export function createClient(): Client {
  return new Client({
    url: '/graphql',
    exchanges: [cacheExchange, fetchExchange],
    fetch: fetchSignedIn,
    fetchOptions: { credentials: 'same-origin', headers: OWN_PAGE },
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
  });
}

export const client = createClient();

/** The id of a change, made once per intent: sent again, the change is made once. */
export function newOperationId(): string {
  return crypto.randomUUID();
}
