// Posts the token of the link's fragment, which no server and no log has seen, and goes on to where it leads.
const message = document.getElementById('message');
const token = window.location.hash.slice(1);
history.replaceState(null, '', window.location.pathname + window.location.search);

function destination() {
  const next = new URLSearchParams(window.location.search).get('next') ?? '/';
  // Only a path of this service, as the browser reads it: "//elsewhere", "/\elsewhere" and "/<tab>/elsewhere" leave it.
  const { origin } = window.location;
  const isOurs = next.startsWith('/') && URL.canParse(next, origin) && new URL(next, origin).origin === origin;
  return isOurs ? new URL(next, origin).href : '/';
}

async function signIn() {
  if (!token) {
    message.textContent = 'This link has no token. Run "headwater open" for a new one.';
    return;
  }
  const response = await fetch('/api/sessions', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'X-Headwater-Request': '1' },
    body: JSON.stringify({ token }),
  });
  const answer = await response.json();
  if (response.ok) {
    window.location.replace(destination());
  } else {
    message.textContent = answer.error.message;
  }
}

signIn().catch(() => {
  message.textContent = 'The service did not answer. Load this page again.';
});
