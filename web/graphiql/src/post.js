// One way to the API, signed in by the session cookie. The header shows the service that a page of its own asks.
export async function post(request) {
  const response = await fetch('/graphql', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'X-Headwater-Request': '1' },
    body: JSON.stringify(request),
  });
  if (response.status === 401) reloadSignedOut();
  return response.json();
}

const RELOADED = 'headwater:signed-out';
const RELOAD_PAUSE_MS = 10_000;

// The session has ended: the page that says how to open a new one is this same address. Where it is not, since a proxy
// changes the name under which the service is asked, the refusal is shown instead of loading again and again.
function reloadSignedOut() {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  if (Date.now() - last < RELOAD_PAUSE_MS) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  window.location.reload();
}

// For a moment after a change of tab the editor still knows the operation of the tab before.
export function postFromEditor({ query, variables, operationName }) {
  const isInDocument = operationName && new RegExp(`\\b${operationName}\\b`).test(query);
  return post({ query, variables, operationName: isInDocument ? operationName : undefined });
}
