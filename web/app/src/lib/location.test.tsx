import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { useAddressPath } from './location.ts';
import { hrefOf, parseRoute } from './routes.ts';
import { useParams } from './search-params.ts';

afterEach(() => {
  cleanup();
  window.history.replaceState(null, '', '/');
});

it.each(['50% off', 'x%41', 'a%2Fb', 'a?b#c'])('a page of the name %s is the page of that name', (name) => {
  window.history.replaceState(null, '', hrefOf(`acme/digits/${name}`));

  const { result } = renderHook(() => parseRoute(useAddressPath()));

  expect(result.current).toMatchObject({ page: 'collection', name });
});

it('a parameter that changes leaves the name and the other parameters as they are', () => {
  window.history.replaceState(null, '', `${hrefOf('acme/digits/x%41 50%')}?q=%2541`);
  const { result } = renderHook(() => ({ params: useParams(), route: parseRoute(useAddressPath()) }));
  expect(result.current.params[0].get('q')).toBe('%41');

  act(() => result.current.params[1]({ sort: 'name' }));

  expect(result.current.route).toMatchObject({ page: 'collection', name: 'x%41 50%' });
  expect(Object.fromEntries(result.current.params[0])).toEqual({ q: '%41', sort: 'name' });
});
