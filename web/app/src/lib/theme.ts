// Light, dark, or as the system says. The colours are in ui/tokens.css alone; a canvas reads them from there.

import { useEffect, useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';
const STORED = 'headwater:theme';

export function storedTheme(): Theme {
  const stored = localStorage.getItem(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') {
    localStorage.removeItem(STORED);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(STORED, theme);
    document.documentElement.dataset.theme = theme;
  }
  window.dispatchEvent(new Event('headwater:theme'));
}

/** Calls back when the colours of the page change; returns what ends that. */
export function onThemeChange(changed: () => void): () => void {
  const systems = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((one) => window.matchMedia(one));
  for (const system of systems) system.addEventListener('change', changed);
  window.addEventListener('headwater:theme', changed);
  return () => {
    for (const system of systems) system.removeEventListener('change', changed);
    window.removeEventListener('headwater:theme', changed);
  };
}

/** Another number whenever the colours of the page change. */
export function useThemeChanges(): number {
  const [count, setCount] = useState(0);
  useEffect(() => onThemeChange(() => setCount((before) => before + 1)), []);
  return count;
}

/** The present values of colour tokens such as `--run-fill`, as a canvas understands them. */
export function readColours<Name extends string>(names: readonly Name[]): Record<Name, string> {
  const probe = document.createElement('span');
  // Curves and classes keep their own colours where the system forces its own on everything else.
  probe.style.setProperty('forced-color-adjust', 'none');
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const colours = {} as Record<Name, string>;
  for (const name of names) {
    probe.style.color = `var(${name})`;
    colours[name] = style.color;
  }
  probe.remove();
  return colours;
}
