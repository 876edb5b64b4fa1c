// What a mouse is told by hovering, for fingers and keys: a tap on what has a title shows it, and so does the focus when
// it rests on something for a moment. Escape, a scroll, or going on takes it away. Text that is cut has a title, too.
import { useEffect, useState } from 'react';
import { isCut, titleCutText } from './cut-text.ts';
import styles from './title-tips.module.css';

const REST_MS = 700;
const MOST_LINES = 8;
const BELOW = 4;
const WIDTH = 360;
const MOST_HEIGHT = 160;

interface Shown {
  lines: readonly string[];
  left: number;
  top: number | undefined;
  bottom: number | undefined;
}

export function TitleTips() {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hide = () => {
      clearTimeout(timer);
      setShown(null);
    };
    const onFocus = ({ target }: FocusEvent) => {
      hide();
      // The page itself has the focus after going somewhere: it is no thing of which to tell.
      if (!(target instanceof Element) || !target.matches(':focus-visible:not(main)')) return;
      timer = setTimeout(() => {
        for (const one of placeOf(target).querySelectorAll<HTMLElement>('*')) titleCutText(one);
        setShown(tipOf(target, titlesAbout(target)));
      }, REST_MS);
    };
    const onClick = (event: MouseEvent) => {
      hide();
      const { target } = event;
      if (!(event instanceof PointerEvent) || event.pointerType === 'mouse' || !(target instanceof Element)) return;
      if (target instanceof HTMLElement) titleCutText(target);
      const titled = target.closest('[title]');
      // A link or a button is followed by a tap; where it leads has the whole name.
      if (titled && !titled.closest('a, button')) setShown(tipOf(titled, titlesOf([titled])));
    };
    const onHover = ({ target }: PointerEvent) => target instanceof HTMLElement && titleCutText(target);
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && hide();
    const ending = new AbortController();
    const options = { signal: ending.signal, capture: true };
    document.addEventListener('focusin', onFocus, options);
    document.addEventListener('focusout', hide, options);
    document.addEventListener('click', onClick, options);
    document.addEventListener('keydown', onKey, options);
    document.addEventListener('pointerover', onHover, options);
    document.addEventListener('scroll', hide, options);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, []);
  if (!shown?.lines.length) return null;
  const { lines, ...place } = shown;
  return (
    // Those who hear the page are told titles by the elements themselves.
    <div className={styles.tip} style={place} aria-hidden="true" data-title-tip="">
      {lines.map((line) => (
        <p key={line} dir="auto">
          {line}
        </p>
      ))}
    </div>
  );
}

/** The row or item that an element stands in. */
function placeOf(element: Element): Element {
  return element.closest('[role="row"], li, tr') ?? element;
}

/** The titles of an element, of what is in it, and of the row or item that it stands in. */
function titlesAbout(element: Element): string[] {
  const around = placeOf(element);
  const within = [...around.querySelectorAll('[title]')];
  return titlesOf(around.hasAttribute('title') ? [around, ...within] : within);
}

/** Without those that say no more than what can be read. */
function titlesOf(elements: readonly Element[]): string[] {
  const told = elements.filter((one) => one.textContent !== one.getAttribute('title') || isCut(one));
  return [...new Set(told.map((one) => one.getAttribute('title') ?? ''))].filter(Boolean).slice(0, MOST_LINES);
}

function tipOf(element: Element, lines: string[]): Shown {
  const box = element.getBoundingClientRect();
  const left = Math.max(0, Math.min(box.left, window.innerWidth - WIDTH));
  const isAbove = box.bottom + MOST_HEIGHT > window.innerHeight && box.top > MOST_HEIGHT;
  return {
    lines,
    left,
    top: isAbove ? undefined : Math.min(box.bottom + BELOW, window.innerHeight - 2 * BELOW),
    bottom: isAbove ? window.innerHeight - box.top + BELOW : undefined,
  };
}
