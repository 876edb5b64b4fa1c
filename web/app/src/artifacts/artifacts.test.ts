import { describe, expect, it } from 'vitest';
import { daysOfSeconds, secondsOfDays } from './durations.ts';
import { describeEvent, isAbout } from './events.ts';
import { metadataRows, parseMetadata } from './metadata-tree.ts';
import { parseRef, withRef } from './refs.ts';
import { type RightsHolder, rightsIn } from './rights.ts';
import { firstArtifact, usageLines } from './usage.ts';
import { filterOf, orderOf, sortOf, sortText } from './version-list.ts';

describe('a ref', () => {
  it.each([
    ['v3', { sort: 'index' }],
    ['production', { sort: 'alias', alias: 'production' }],
    ['v3-beta', { sort: 'alias', alias: 'v3-beta' }],
    ['production@2026-05-01T00:00Z', { sort: 'alias-at', alias: 'production', at: '2026-05-01T00:00Z' }],
    ['sha256:0a1b2c3d', { sort: 'digest' }],
  ])('%s is known for what it is', (ref, expected) => {
    expect(parseRef(ref)).toEqual(expected);
  });

  it('takes the place of another behind the last colon', () => {
    expect(withRef('acme/p/学習 データ:v3', 'best')).toBe('acme/p/学習 データ:best');
  });
});

describe('rights', () => {
  const registry = (viewerRole: 'VIEWER' | 'MEMBER' | 'ADMIN' | null): RightsHolder => ({
    __typename: 'Registry',
    path: 'acme/models',
    viewerRole,
    protectedAliases: ['production'],
  });
  const person = { isReadOnly: false };

  it.each([
    ['VIEWER', false, false, false],
    ['MEMBER', true, false, true],
    ['ADMIN', true, true, true],
  ] as const)('of a %s: write %s, protected alias %s, other alias %s', (role, canWrite, canProtected, canOther) => {
    const rights = rightsIn(registry(role), person);
    expect([rights.canWrite, rights.canMove('production'), rights.canMove('best')]).toEqual([
      canWrite,
      canProtected,
      canOther,
    ]);
  });

  it('of a key that only reads are none, whatever the role', () => {
    const rights = rightsIn(registry('ADMIN'), { isReadOnly: true });
    expect([rights.canWrite, rights.isAdmin, rights.canMove('best')]).toEqual([false, false, false]);
  });

  it('never move `latest`', () => {
    expect(rightsIn(registry('ADMIN'), person).canMove('latest')).toBe(false);
  });
});

describe('what a list of versions is asked for', () => {
  it('comes from the address', () => {
    const params = new URLSearchParams('sort=-SIZE&alias=best&alias=prod&used=no&find=ＭＮＩＳＴ');
    expect(orderOf(sortOf(params))).toEqual({ field: 'SIZE', direction: 'DESC' });
    expect(filterOf(params, ['model'])).toEqual({
      types: ['model'],
      aliases: ['best', 'prod'],
      tags: null,
      consumed: false,
      search: 'MNIST',
    });
  });

  it('has no order that the server does not know', () => {
    expect(sortOf(new URLSearchParams('sort=-PASSWORD'))).toBeNull();
  });

  it('writes an order as it reads it', () => {
    const sort = { key: 'INDEX', isDescending: true };
    expect(sortOf(new URLSearchParams({ sort: sortText(sort) }))).toEqual(sort);
  });
});

describe('metadata as a tree', () => {
  const document = { split: { train: 0.8, kinds: ['a', 'Ｂ'] }, source: 'web', none: {} };
  const paths = (rows: ReturnType<typeof metadataRows>) => rows.map((row) => row.path);

  it('has a row for each value and each branch, with the path that filters take', () => {
    expect(paths(metadataRows(document, new Set()))).toEqual([
      'split',
      'split.train',
      'split.kinds',
      'split.kinds[0]',
      'split.kinds[1]',
      'source',
      'none',
    ]);
  });

  it('leaves out what lies below a closed branch', () => {
    expect(paths(metadataRows(document, new Set(['split'])))).toEqual(['split', 'source', 'none']);
  });

  it('shows what a search finds and what leads there, also in closed branches', () => {
    expect(paths(metadataRows(document, new Set(['split']), 'b'))).toEqual([
      'split',
      'split.kinds',
      'split.kinds[1]',
      'source',
    ]);
  });

  it('shows all below a branch that is found itself', () => {
    expect(paths(metadataRows(document, new Set(), 'kinds'))).toEqual([
      'split',
      'split.kinds',
      'split.kinds[0]',
      'split.kinds[1]',
    ]);
  });

  it('is taken from a text only when that is one JSON object', () => {
    expect(parseMetadata('{"a": 1}')).toEqual({ value: { a: 1 } });
    expect(parseMetadata('[1]')).toEqual({ fault: null });
    expect(parseMetadata('{"a":')).toHaveProperty('fault', expect.any(String));
  });
});

describe('times to live', () => {
  it('are given in days, also in wide digits', () => {
    expect(secondsOfDays('30')).toBe(2_592_000);
    expect(secondsOfDays('０.５')).toBe(43_200);
    expect(daysOfSeconds(2_592_000)).toBe('30');
  });

  it.each(['', ' ', '0', '-1', 'soon', '1e999'])('are not %j', (text) => {
    expect(secondsOfDays(text)).toBeNull();
  });
});

describe('lines that use a version', () => {
  const used = { path: `acme/p/it's "x" $(rm):v1`, type: 'model', file: '-a b.txt', project: 'acme/p' };

  it('quote names for Python', () => {
    expect(usageLines('python', 'http://h', used)).toContain(
      'run.use_artifact("acme/p/it\'s \\"x\\" $(rm):v1", type="model")',
    );
  });

  it('quote names for a shell, so that nothing in them runs', () => {
    expect(usageLines('cli', 'http://h', used)).toContain(
      `headwater artifact get 'acme/p/it'\\''s "x" $(rm):v1' --root data`,
    );
  });

  it('encode the address of a file and keep its name from being an option', () => {
    const lines = usageLines('curl', 'http://h', used);
    expect(lines).toContain("/files/acme/p/it's%20%22x%22%20%24(rm)%3Av1/-a%20b.txt".replaceAll("'", "'\\''"));
    expect(lines).toContain("-o './-a b.txt'");
  });

  it('name the server that the page came from', () => {
    expect(firstArtifact('https://headwater.example', 'acme/数字')).toContain('host="https://headwater.example"');
    expect(firstArtifact('https://headwater.example', 'acme/数字')).toContain('entity="acme", project="数字"');
  });
});

describe('an event', () => {
  const moved = {
    kind: 'ALIASES_MOVED',
    after: { moves: [{ name: 'best', from_version_id: 'a', to_version_id: 'b' }] },
  };

  it('is told in words with the aliases or the version that it is about', () => {
    expect(describeEvent(moved)).toEqual({ key: 'artifacts.event.aliasesMoved', detail: 'best' });
    expect(describeEvent({ kind: 'ARTIFACT_LOGGED', after: { index: 3 } })).toEqual({
      key: 'artifacts.event.logged',
      detail: 'v3',
    });
    expect(describeEvent({ kind: 'SOMETHING_NEW', after: null }).key).toBe('artifacts.event.other');
  });

  it('is about a version that it names at any depth', () => {
    expect(isAbout(moved, 'b')).toBe(true);
    expect(isAbout(moved, 'c')).toBe(false);
  });
});
