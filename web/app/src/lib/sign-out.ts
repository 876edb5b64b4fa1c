import { OWN_PAGE } from './client.ts';
import { noteFailure } from './service.ts';

// How the pages look and speak is the browser's own; nothing of what somebody asked or wrote is.
const KEPT = ['headwater:theme', 'headwater:locale', 'headwater:single-keys'];
const OURS = ['headwater:', 'graphiql'];

/** Ends the session and forgets what this browser remembers of the person, GraphiQL's queries and history too. */
export async function signOut(): Promise<void> {
  forgetPerson();
  const answer = await fetch('/api/sessions', {
    method: 'DELETE',
    credentials: 'same-origin',
    headers: OWN_PAGE,
  }).catch(() => null);
  // A page that is loaded anew without an answer gives way to an error of the browser.
  if (answer) window.location.reload();
  else await noteFailure();
}

/** Removes what is stored of the person who is signed in. */
export function forgetPerson(): void {
  for (const stored of [localStorage, sessionStorage]) {
    for (const key of Object.keys(stored)) {
      if (OURS.some((prefix) => key.startsWith(prefix)) && !KEPT.includes(key)) stored.removeItem(key);
    }
  }
}
