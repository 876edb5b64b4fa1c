import { expect, it } from 'vitest';
import { classColour, groupsOf, type Mask, masksOf, paint, parseColour, Switches } from './masks.ts';

const MASK: Mask = { name: 'truth', url: '/a', size: 1, labels: { 1: '車', 2: 'road' } };
const MAP = { width: 2, height: 2, classes: Uint16Array.of(0, 1, 1, 1000) };
const IMAGE = {
  _type: 'image',
  masks: { truth: { class_labels: { 1: '車' } }, lost: {} },
  files: { truth: { path: 'media/images/a b.png', size: 9 } },
};

it('are those of an image that have a file', () => {
  expect(masksOf('root/p/abc', IMAGE)).toEqual([
    { name: 'truth', url: '/files/root/p/-/runs/abc/media/images/a%20b.png', size: 9, labels: { 1: '車' } },
  ]);
  expect(masksOf('root/p/abc', { _type: 'image', masks: 3 })).toEqual([]);
});

it('are listed with the classes that some pixel has, by name where they have one', () => {
  const other = { ...MASK, url: '/b' };
  expect(groupsOf([MASK, other, { ...MASK, name: 'guess', url: '/c' }], new Map([['/a', MAP]]))).toEqual([
    {
      name: 'truth',
      place: 0,
      classes: [
        { number: 0, label: '0' },
        { number: 1, label: '車' },
        { number: 1000, label: '1000' },
      ],
    },
    { name: 'guess', place: 1, classes: [] },
  ]);
});

it('are all shown at first but for a class 0 without a name, and switched one by one', () => {
  const first = new Switches([]);
  expect(first.hasMask('truth')).toBe(true);
  expect(first.hasClass('truth', { number: 0, label: '0' })).toBe(false);
  expect(first.hasClass('truth', { number: 0, label: 'sky' })).toBe(true);
  const second = new Switches(first.after('truth', 1));
  expect(second.hasClass('truth', { number: 1, label: '車' })).toBe(false);
  expect(second.hasClass('guess', { number: 1, label: '車' })).toBe(true);
  expect(new Switches(second.after('truth')).hasMask('truth')).toBe(false);
  expect(second.after('truth', 1)).toEqual([]);
});

it('are painted in the colours of what is shown, and clear elsewhere', () => {
  expect([...paint(MAP, (number) => (number === 1 ? [1, 2, 3] : null))]).toEqual([
    0, 0, 0, 0, 1, 2, 3, 255, 1, 2, 3, 255, 0, 0, 0, 0,
  ]);
});

it('have colours that come again lighter and darker', () => {
  const colours = [parseColour('rgb(10, 20, 30)'), parseColour('rgb(40, 50, 60)')];
  const colour = (number: number) => classColour(number, colours, [0, 0, 0], [255, 255, 255]);
  expect([colour(1), colour(2), colour(4)]).toEqual([
    [40, 50, 60],
    [5, 10, 15],
    [133, 138, 143],
  ]);
});
