// Loading the page anew when it can't go on, but not again and again: each cause has a pause of its own.

/** Whether the page may be loaded anew for this cause: not where that was tried a moment ago. */
export function isReloadDue(cause: string, pauseMs: number): boolean {
  return Date.now() - Number(sessionStorage.getItem(cause) ?? 0) >= pauseMs;
}

/** Loads the page anew and remembers when. */
export function reloadFor(cause: string): void {
  sessionStorage.setItem(cause, String(Date.now()));
  window.location.reload();
}
