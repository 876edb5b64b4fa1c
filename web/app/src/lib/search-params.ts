// The state of a page that lives in its address, so that reloading, going back and a pasted link give the same view.
import { useCallback, useMemo } from 'react';
import { useLocation } from 'wouter';
import { useAddressPath, useAddressSearch } from './location.ts';

interface SetOptions {
  /** Whether "back" does not return to what was before: typing, the camera. */
  replace?: boolean;
}

export type SetParams = (changes: Record<string, string | readonly string[] | null>, options?: SetOptions) => void;

/** The parameters of the address, and a function that changes some of them; null and empty ones go away. */
export function useParams(): [URLSearchParams, SetParams] {
  const search = useAddressSearch();
  const path = useAddressPath();
  const [, navigate] = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const set = useCallback<SetParams>(
    (changes, options) => {
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        next.delete(name);
        const values = value === null ? [] : typeof value === 'string' ? [value] : value;
        for (const one of values) if (one !== '') next.append(name, one);
      }
      const text = next.toString();
      navigate(text ? `${path}?${text}` : path, { replace: options?.replace ?? false });
    },
    [path, navigate],
  );
  return [params, set];
}
