// Parts of the app that are loaded when they are needed.
import { isReloadDue, reloadFor } from './reloading.ts';
import { askService } from './service.ts';

const RELOADED = 'headwater:reloaded';
const RELOAD_PAUSE_MS = 60_000;

const lostStyles = new Set<HTMLLinkElement>();
// Errors of resources do not bubble.
window.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') lostStyles.add(target);
  },
  { capture: true },
);

/** The service did not answer when a part of the app was asked of it. */
export class PartNotLoadedError extends Error {}

/**
 * Loads a part of the app. Where the service answers and yet has no such part, it was updated meanwhile: the page is
 * loaded anew, but not again and again.
 */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await loadWithStyles(load);
  } catch (error) {
    if (!(await askService())) throw new PartNotLoadedError(String(error));
    try {
      return await loadWithStyles(load);
    } catch (lasting) {
      if (!isReloadDue(RELOADED, RELOAD_PAUSE_MS)) throw lasting;
      reloadFor(RELOADED);
      return new Promise(() => {});
    }
  }
}

// The browser asks for a lost script again by itself. The link to a lost stylesheet stays as it failed.
async function loadWithStyles<Part>(load: () => Promise<Part>): Promise<Part> {
  const lost = [...lostStyles];
  lostStyles.clear();
  await Promise.all(lost.map(linkAgain));
  return load();
}

function linkAgain(link: HTMLLinkElement): Promise<void> {
  return new Promise((resolve, reject) => {
    const again = link.cloneNode() as HTMLLinkElement;
    again.addEventListener('load', () => resolve());
    again.addEventListener('error', () => reject(new Error(`There is no ${again.href}.`)));
    link.replaceWith(again);
  });
}
