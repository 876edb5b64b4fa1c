// Nobody who works by keyboard is thrown back to the start of the page because what had the focus is gone: a deleted
// row, a field that was saved, a page that was left.
import { useEffect } from 'react';

/** Where an element stood: each ancestor, and which of its children led there. */
type Trail = readonly { parent: Element; index: number }[];

// No fields: on a phone they would open the keyboard.
const STOPS = [
  'a[href]',
  'button:not(:disabled, [tabindex="-1"])',
  'summary',
  '[role="row"][tabindex="0"]',
  '[role="application"][tabindex="0"]',
].join(', ');

/** As long as it is used, a focus that is lost goes to what is nearest, and on another page to its content. */
export function useFocusKeeper(): void {
  useEffect(() => keepFocus(document), []);
}

/** Keeps the focus of a document until the returned function is called. */
export function keepFocus(page: Document): () => void {
  let last: Element | null = null;
  let trail: Trail = [];
  let frame = 0;
  const onFocus = (event: FocusEvent) => {
    last = event.target instanceof Element && event.target !== page.body ? event.target : null;
    // What a dialog over the page takes away is sought near where the dialog was opened.
    if (last && page.getElementById('content')?.contains(last)) trail = trailOf(last);
  };
  const isLost = () => last !== null && !last.isConnected && (page.activeElement ?? page.body) === page.body;
  const recover = () => {
    if (isLost()) placeNear(trail, page)?.focus({ preventScroll: true });
  };
  // Who took the element away, such as a dialog that closes, may place the focus itself, a frame later.
  const onChange = () => {
    if (!isLost()) return;
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(recover);
    });
  };
  const observer = new MutationObserver(onChange);
  observer.observe(page.body, { childList: true, subtree: true });
  page.addEventListener('focusin', onFocus);
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    page.removeEventListener('focusin', onFocus);
  };
}

function trailOf(element: Element): Trail {
  const trail: { parent: Element; index: number }[] = [];
  for (let child = element; child.parentElement; child = child.parentElement) {
    trail.push({ parent: child.parentElement, index: [...child.parentElement.children].indexOf(child) });
  }
  return trail;
}

/** What took the place of the lost element, else what is in the nearest ancestor that is left, else the content. */
function placeNear(trail: Trail, page: Document): HTMLElement | null {
  const content = page.getElementById('content');
  for (const { parent, index } of trail) {
    if (!parent.isConnected) continue;
    if (parent === content || !content?.contains(parent)) break;
    const successor = parent.children[Math.min(index, parent.children.length - 1)];
    const found =
      (successor?.matches(STOPS) ? successor : successor?.querySelector(STOPS)) ?? parent.querySelector(STOPS);
    if (found instanceof HTMLElement) return found;
  }
  return content;
}
