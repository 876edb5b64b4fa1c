import { beforeEach, expect, it } from 'vitest';
import { forgetPerson } from './sign-out.ts';

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

it('forgets what somebody asked, and keeps how the pages look and speak', () => {
  const kept = { 'headwater:theme': 'dark', 'headwater:locale': 'ja', 'headwater:single-keys': 'off', other: 'app' };
  const gone = ['graphiql:queries', 'graphiql:favorites', 'graphiql:tabState', 'graphiql:query', 'headwater:draft'];
  for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value);
  for (const key of gone) localStorage.setItem(key, '{ viewer { user { name } } }');
  sessionStorage.setItem('headwater:draft', 'half a text');

  forgetPerson();

  expect({ ...localStorage }).toEqual(kept);
  expect(sessionStorage.length).toBe(0);
});
