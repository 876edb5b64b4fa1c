// Keys of the whole page. None fires in a field, in a dialog, or while a word is being converted.
import { useEffect, useRef } from 'react';

const STORED = 'headwater:single-keys';
const CHORD_MS = 1200;

/** Whether single letters do something; some people's input tools type letters that they did not mean. */
export function areSingleKeysOn(): boolean {
  return localStorage.getItem(STORED) !== 'off';
}

export function setSingleKeys(isOn: boolean): void {
  if (isOn) localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, 'off');
}

/** Whether a key belongs to a field, a list that is searched by typing, or a conversion under way. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.isComposing) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  // A marked checkbox keeps the focus, and takes no letters.
  if (target instanceof HTMLInputElement && ['checkbox', 'radio'].includes(target.type)) return false;
  return target.isContentEditable || target.matches('input, textarea, select, [role="listbox"] *, [role="menu"] *');
}

function isInDialog(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.closest('[role="dialog"]') !== null;
}

/** Binds keys such as `/`, `t`, `Shift+F`, `Mod+k` (Ctrl or ⌘) and chords such as `g h` while a component is shown. */
export function useKeys(bindings: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  const current = useRef(bindings);
  current.current = bindings;
  useEffect(() => {
    let chord = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onKeyDown = (event: KeyboardEvent) => {
      const name = nameOf(event);
      const hasModifier = event.ctrlKey || event.metaKey;
      if (!hasModifier && (isTyping(event) || !areSingleKeysOn())) return;
      if (isInDialog(event) || event.defaultPrevented) return;
      const action = current.current[chord ? `${chord} ${name}` : name] ?? current.current[name];
      clearTimeout(timer);
      const isStart = !chord && Object.keys(current.current).some((key) => key.startsWith(`${name} `));
      chord = isStart ? name : '';
      if (isStart) {
        timer = setTimeout(() => {
          chord = '';
        }, CHORD_MS);
      }
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('keydown', onKeyDown);
    };
  }, []);
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const shift = event.shiftKey && (isLetter || key.length > 1) ? 'Shift+' : '';
  return `${event.ctrlKey || event.metaKey ? 'Mod+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${key}`;
}
