import { useEffect } from 'react';

/** Names the page in the browser's tab and history: what it shows first, the product last. */
export function useTitle(...parts: (string | null | undefined)[]): void {
  const title = [...parts.filter((part) => part), 'Headwater'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
