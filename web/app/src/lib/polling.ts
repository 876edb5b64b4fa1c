import { useEffect, useRef } from 'react';

/** Calls back every so often while the page can be seen; null is never. One call waits for the one before it. */
export function usePolling(ask: () => Promise<void> | void, every: number | null): void {
  const current = useRef(ask);
  current.current = ask;
  useEffect(() => {
    if (every === null) return;
    let isAsking = false;
    const timer = setInterval(async () => {
      if (isAsking || document.visibilityState !== 'visible') return;
      isAsking = true;
      try {
        await current.current();
      } finally {
        isAsking = false;
      }
    }, every);
    return () => clearInterval(timer);
  }, [every]);
}
