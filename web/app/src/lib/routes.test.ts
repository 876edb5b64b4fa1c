import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareHref, hrefOf, parseRoute, pathText, runHref, tabHref } from './routes.ts';

interface Case {
  input: string;
  error?: string;
  parsed?: { entity: string; container: string; name: string; ref: { kind: string } };
}

// The table of paths that the SDK, the command line and the service pass too. Vitest runs in web/app.
const CASES: Case[] = JSON.parse(readFileSync('../../tests/vectors/paths.json', 'utf-8')).paths;

describe('parseRoute', () => {
  it.each([
    ['/', { page: 'home' }],
    ['/-/settings/keys', { page: 'settings', tab: 'keys' }],
    ['/acme', { page: 'entity', entity: 'acme', tab: '' }],
    ['/acme/-/members', { page: 'entity', entity: 'acme', tab: 'members' }],
    ['/acme/digits/', { page: 'container', entity: 'acme', container: 'digits', tab: '' }],
    ['/acme/digits/-/lineage', { page: 'container', entity: 'acme', container: 'digits', tab: 'lineage' }],
    ['/acme/digits/-/runs', { page: 'container', entity: 'acme', container: 'digits', tab: 'runs' }],
    ['/acme/digits/-/runs/a1', { page: 'run', entity: 'acme', container: 'digits', run: 'a1', tab: '' }],
    ['/acme/digits/-/runs/a1/charts', { page: 'run', entity: 'acme', container: 'digits', run: 'a1', tab: 'charts' }],
    ['/acme/digits/model', { page: 'collection', entity: 'acme', container: 'digits', name: 'model', tab: '' }],
    [
      '/acme/digits/model:v3/-/files',
      { page: 'version', entity: 'acme', container: 'digits', name: 'model', ref: 'v3', tab: 'files' },
    ],
    [
      '/acme/digits/model:production@2026-05-01T00:00:00Z',
      {
        page: 'version',
        entity: 'acme',
        container: 'digits',
        name: 'model',
        ref: 'production@2026-05-01T00:00:00Z',
        tab: '',
      },
    ],
    [
      '/acme/digits/model:v3...v7',
      { page: 'compare', entity: 'acme', container: 'digits', name: 'model', ref: 'v3', other: 'v7' },
    ],
    ['/acme/%E7%94%BB%E5%83%8F', { page: 'container', entity: 'acme', container: '画像', tab: '' }],
  ])('reads %s', (pathname, route) => {
    expect(parseRoute(pathname)).toEqual(route);
  });

  it.each(['/a/b/c/d', '/a/b/-/runs/r/charts/more', '/-/nothing', '/a/%E0%A4', '/a/-/b/c'])(
    'refuses %s',
    (pathname) => {
      expect(parseRoute(pathname)).toEqual({ page: 'missing' });
    },
  );

  it('reads every full path of the shared table as the version or collection that it names', () => {
    const full = CASES.filter((one) => one.parsed && one.input.split('/').length === 3 && !one.input.includes('...'));

    expect(full.length).toBeGreaterThan(3);
    for (const { input, parsed } of full) {
      expect(parseRoute(hrefOf(input)), input).toMatchObject({
        entity: parsed?.entity,
        container: parsed?.container,
        name: parsed?.name,
      });
    }
  });
});

describe('addresses', () => {
  it.each([
    'acme/digits',
    'acme/画像 認識',
    'acme/50 % & more/a?b#c:v1',
    'acme/digits/model:production@2026-05-01T00:00:00Z',
  ])('of %s lead back to it', (path) => {
    const route = parseRoute(hrefOf(path));

    const { entity, container, name, ref } = { name: undefined, ref: undefined, ...route } as Record<string, string>;
    expect([entity, container, ref ? `${name}:${ref}` : name].filter(Boolean).join('/')).toBe(path);
  });

  it.each(['acme/100 %/x%41', 'acme/a%2Fb/c', 'acme/digits/50%'])('of %s are told as people write them', (path) => {
    expect(pathText(hrefOf(path))).toBe(path);
  });

  it('that are none are told as they are', () => {
    expect(pathText('/a/%E0%A4')).toBe('/a/%E0%A4');
  });

  it('name tabs, runs and comparisons', () => {
    expect(tabHref('acme/digits', 'lineage')).toBe('/acme/digits/-/lineage');
    expect(tabHref('', 'settings', 'keys')).toBe('/-/settings/keys');
    expect(runHref('acme/digits/a1', 'charts')).toBe('/acme/digits/-/runs/a1/charts');
    expect(compareHref('acme/digits/model:v1', 'v3')).toBe('/acme/digits/model:v1...v3');
  });
});
