import { afterEach, expect, test } from 'vitest';
import { titleCutText } from './cut-text.ts';

afterEach(() => document.body.replaceChildren());

/** A box of 100 pixels that hides what is beside it; its text takes `width`. */
function box(html: string, width: number): HTMLElement {
  document.body.innerHTML = `<div style="overflow-x: hidden">${html}</div>`;
  const made = document.body.firstElementChild as HTMLElement;
  Object.defineProperty(made, 'clientWidth', { value: 100 });
  Object.defineProperty(made, 'scrollWidth', { value: width, writable: true });
  return made;
}

test('text that does not fit has a title', () => {
  const cut = box('a very long name', 140);

  titleCutText(cut);

  expect(cut.title).toBe('a very long name');
});

test('text that fits has none', () => {
  const whole = box('a name', 40);

  titleCutText(whole);

  expect(whole.hasAttribute('title')).toBe(false);
});

test('a title of the page stays', () => {
  const cut = box('a very long name', 140);
  cut.title = 'its path';

  titleCutText(cut);

  expect(cut.title).toBe('its path');
});

test('the title goes when the text fits again, and follows the text', () => {
  const cut = box('a very long name', 140);
  titleCutText(cut);
  cut.textContent = 'another very long name';
  titleCutText(cut);
  expect(cut.title).toBe('another very long name');

  Object.assign(cut, { scrollWidth: 50 });
  titleCutText(cut);

  expect(cut.hasAttribute('title')).toBe(false);
});

test('what flows in a line is cut by the box around it', () => {
  const around = box('<span style="display: inline">a very long name</span>', 140);
  const line = around.firstElementChild as HTMLElement;

  titleCutText(line);

  expect(line.title).toBe('a very long name');
});
