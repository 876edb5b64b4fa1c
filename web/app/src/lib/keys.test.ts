import { describe, expect, it } from 'vitest';
import { isTyping } from './keys.ts';

function keyOn(html: string, options: KeyboardEventInit = {}): KeyboardEvent {
  document.body.innerHTML = html;
  let seen: KeyboardEvent | undefined;
  document.addEventListener('keydown', (event) => (seen = event), { once: true });
  document.body.firstElementChild?.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', bubbles: true, ...options }));
  if (!seen) throw new Error('no key was seen');
  return seen;
}

describe('a key belongs to what is typed', () => {
  it.each(['<input>', '<input type="search">', '<textarea></textarea>', '<select></select>'])('on %s', (html) => {
    expect(isTyping(keyOn(html))).toBe(true);
  });

  it('while a word is being converted, wherever the focus is', () => {
    expect(isTyping(keyOn('<button></button>', { isComposing: true }))).toBe(true);
  });

  it.each(['<button></button>', '<input type="checkbox">', '<input type="radio">'])('but not on %s', (html) => {
    expect(isTyping(keyOn(html))).toBe(false);
  });
});
