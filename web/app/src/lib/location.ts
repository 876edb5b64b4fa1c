// The address of the page, as it is: the router's own hooks decode it once, and then a name with a percent sign is
// another name, or none.
import { usePathname, useSearch } from 'wouter/use-browser-location';

/** The path of the address, still encoded. */
export function useAddressPath(): string {
  return usePathname();
}

/** What stands behind `?`, still encoded. */
export function useAddressSearch(): string {
  return useSearch();
}
