import { describe, expect, it } from 'vitest';
import { badgeAt, badgesOf } from './card-text.ts';
import { detailAt } from './draw-cards.ts';
import { middleOf } from './draw-lines.ts';
import {
  areaOfPoints,
  brightCards,
  type Card,
  cardsInSight,
  isOnPath,
  type Line,
  makeScene,
  NO_MARKS,
  neighbourOf,
} from './scene.ts';

function card(id: string, x: number, y: number, part: Partial<Card> = {}): Card {
  return {
    id,
    x,
    y,
    width: 190,
    height: 46,
    outline: 'box',
    shape: 'version',
    isStacked: false,
    isDashed: false,
    isFocus: false,
    caption: '',
    name: id,
    spoken: id,
    state: null,
    states: null,
    chips: [],
    isRecalled: false,
    isWarned: false,
    moreUp: 0,
    moreDown: 0,
    barredUp: 0,
    barredDown: 0,
    ...part,
  };
}

function line(source: string, target: string): Line {
  const points = [0, 0, 100, 50];
  const area = areaOfPoints(points);
  return { source, target, points, count: 1, isCounted: false, isDotted: false, isHollow: false, isBack: false, area };
}

/** a, b → c → d, with a over b. */
const SCENE = makeScene(
  [card('a', 0, 0), card('b', 0, 100), card('c', 300, 90), card('d', 600, 0)],
  [line('a', 'c'), line('b', 'c'), line('c', 'd')],
  [],
);

describe('scene', () => {
  it('is walked through along its lines and columns', () => {
    expect(neighbourOf(SCENE, 'c', 'left')).toBe('b');
    expect(neighbourOf(SCENE, 'c', 'right')).toBe('d');
    expect(neighbourOf(SCENE, 'b', 'up')).toBe('a');
    expect(neighbourOf(SCENE, 'a', 'down')).toBe('b');
    expect(neighbourOf(SCENE, 'd', 'right')).toBeNull();
    expect(neighbourOf(SCENE, 'gone', 'right')).toBeNull();
  });

  it('keeps the selected card and its neighbours bright', () => {
    expect(brightCards(SCENE, NO_MARKS)).toBeNull();
    expect(brightCards(SCENE, { ...NO_MARKS, selected: 'c' })).toEqual(new Set(['a', 'b', 'c', 'd']));
    expect(brightCards(SCENE, { ...NO_MARKS, selected: 'd' })).toEqual(new Set(['c', 'd']));
    expect(brightCards(SCENE, { ...NO_MARKS, selected: 'gone' })).toBeNull();
  });

  it('has lines on the path only between steps that follow each other', () => {
    const marks = {
      ...NO_MARKS,
      steps: new Map([
        ['a', 1],
        ['c', 2],
        ['d', 3],
      ]),
    };
    expect(SCENE.lines.map((one) => isOnPath(one, marks))).toEqual([true, false, true]);
    expect(brightCards(SCENE, marks)).toEqual(new Set(['a', 'c', 'd']));
  });

  it('tells the cards on the screen, those in its middle first when there are too many', () => {
    const camera = { x: 0, y: 0, k: 1 };
    const size = { width: 500, height: 300 };
    expect(
      cardsInSight(SCENE, camera, size, 10)
        .map((one) => one.id)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
    expect(cardsInSight(SCENE, camera, size, 1).map((one) => one.id)).toEqual(['c']);
  });

  it('has the extent of its cards', () => {
    expect(SCENE.area).toEqual({ left: 0, top: 0, right: 790, bottom: 146 });
    expect(makeScene([], [], []).area).toEqual({ left: 0, top: 0, right: 0, bottom: 0 });
  });
});

describe('badges', () => {
  const cut = card('a', 100, 100, { moreUp: 3, barredUp: 1, moreDown: 1204 });

  it('count what is missing on each side, without overlapping', () => {
    const badges = badgesOf(cut);
    expect(badges.map(({ side, isBarred, count }) => [side, isBarred, count])).toEqual([
      ['up', false, 3],
      ['up', true, 1],
      ['down', false, 1204],
    ]);
    const inOrder = badges.toSorted((one, other) => one.x - other.x);
    for (const [index, one] of inOrder.entries()) {
      const next = inOrder[index + 1];
      if (next) expect(one.x + one.width).toBeLessThan(next.x);
    }
  });

  it('are hit where they are drawn', () => {
    for (const badge of badgesOf(cut)) expect(badgeAt(cut, badge.x + badge.width / 2, badge.y)).toEqual(badge);
    expect(badgeAt(cut, 195, 110)).toBeUndefined();
  });
});

it('shows less the farther one looks', () => {
  expect([1, 0.7, 0.69, 0.45, 0.3, 0.2, 0.1].map(detailAt)).toEqual([
    'full',
    'full',
    'name',
    'name',
    'shape',
    'shape',
    'box',
  ]);
});

it('puts a count on the middle piece of a line', () => {
  expect(middleOf([0, 0, 100, 50])).toEqual({ x: 50, y: 25 });
  expect(middleOf([0, 0, 100, 50, 200, 50, 300, 90])).toEqual({ x: 150, y: 50 });
});
