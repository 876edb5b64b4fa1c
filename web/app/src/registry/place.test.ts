import { describe, expect, it } from 'vitest';
import { effectiveRoles } from './effective-roles.ts';
import { knownAliases, placeOf, rightIn, wordsOf } from './place.ts';

const registry = {
  __typename: 'Registry' as const,
  viewerRole: 'MEMBER' as const,
  protectedAliases: ['production'],
  guards: [{ name: 'release' }],
};

it('knows what a registry protects, and guards of it and of the model', () => {
  const place = placeOf({ container: registry, guards: [{ name: 'staging' }] });
  expect([...place.protectedAliases]).toEqual(['production']);
  expect([...place.guardedAliases]).toEqual(['release', 'staging']);
  expect(knownAliases(place, [{ name: 'latest' }, { name: 'best' }])).toEqual([
    'production',
    'best',
    'release',
    'staging',
  ]);
});

it('takes the role in the entity for a model that lies in a project, where nothing is protected', () => {
  const place = placeOf({ container: { __typename: 'Project', entity: { viewerRole: 'ADMIN' } }, guards: [] });
  expect([place.role, place.protectedAliases.size]).toEqual(['ADMIN', 0]);
});

it('gives viewers, strangers and keys that only read no right to write', () => {
  const rights = [rightIn('VIEWER', false), rightIn(null, false), rightIn('ADMIN', true), rightIn('MEMBER', false)];
  expect([...rights, rightIn('ADMIN', false)]).toEqual(['read', 'read', 'read', 'write', 'admin']);
});

it('cuts a list of words at Western and Japanese commas, each once', () => {
  expect(wordsOf(' a, b、監査 ，a,, ')).toEqual(['a', 'b', '監査']);
});

describe('effectiveRoles', () => {
  const member = (name: string, role: 'VIEWER' | 'MEMBER' | 'ADMIN') => ({ role, user: { id: name, name } });
  const entity = [member('mai', 'ADMIN'), member('ken', 'MEMBER'), member('olga', 'VIEWER')];

  it('gives the higher of two roles', () => {
    const people = effectiveRoles(entity, [member('ken', 'VIEWER'), member('olga', 'ADMIN')], false);
    expect(people.map((one) => [one.name, one.effective])).toEqual([
      ['ken', 'MEMBER'],
      ['mai', 'ADMIN'],
      ['olga', 'ADMIN'],
    ]);
  });

  it('hides a restricted registry from all but its own people and admins of the entity', () => {
    const people = effectiveRoles(entity, [member('ken', 'VIEWER')], true);
    expect(people.map((one) => [one.name, one.effective])).toEqual([
      ['ken', 'MEMBER'],
      ['mai', 'ADMIN'],
      ['olga', null],
    ]);
  });
});
