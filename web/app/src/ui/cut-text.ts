// Text that does not fit its box is cut: whoever points at it reads the whole in its title.
const MARK = 'cutTitle';

/** Gives an element whose text is cut now a title, if nothing around it has one; takes that away once the text fits. */
export function titleCutText(element: HTMLElement): void {
  if (element.dataset[MARK] !== undefined) {
    element.removeAttribute('title');
    delete element.dataset[MARK];
  }
  const text = element.textContent?.trim();
  if (!text || !hasTextOfItsOwn(element) || !isCut(element) || element.closest('[title]')) return;
  element.title = text;
  element.dataset[MARK] = '';
}

function hasTextOfItsOwn(element: HTMLElement): boolean {
  return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
}

/** What flows in a line is cut by the box around it. */
export function isCut(element: Element): boolean {
  const box = getComputedStyle(element).display === 'inline' ? element.parentElement : element;
  return box !== null && getComputedStyle(box).overflowX === 'hidden' && box.scrollWidth > box.clientWidth;
}
