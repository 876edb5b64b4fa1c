// Which of many boxes touch an area: by the cells of a grid that they lie in.
import type { Area } from './camera.ts';

export interface Placed {
  x: number;
  y: number;
  width: number;
  height: number;
}

const CELL = 256;

export class Grid<Item extends Placed> {
  readonly #cells = new Map<number, Item[]>();
  // The number of the newest question each item was given as an answer to: an item lies in several cells.
  readonly #seen = new Map<Item, number>();
  #question = 0;

  constructor(items: readonly Item[]) {
    for (const item of items) {
      this.#seen.set(item, 0);
      for (const key of cellsOf(areaOf(item))) {
        const cell = this.#cells.get(key);
        if (cell) cell.push(item);
        else this.#cells.set(key, [item]);
      }
    }
  }

  /** All items that touch the area, each once. */
  within(area: Area): Item[] {
    this.#question += 1;
    const found: Item[] = [];
    // Looking at everything is quicker than at a great many cells.
    const all = cellCount(area) > this.#seen.size;
    const lists = all ? [this.#seen.keys()] : cellsOf(area).map((key) => this.#cells.get(key) ?? []);
    for (const list of lists) {
      for (const item of list) {
        if (this.#seen.get(item) === this.#question || !touches(item, area)) continue;
        this.#seen.set(item, this.#question);
        found.push(item);
      }
    }
    return found;
  }

  /** The item under a point, the last one given when several are; `slack` widens all of them. */
  at(x: number, y: number, slack = 0): Item | undefined {
    return this.within({ left: x - slack, top: y - slack, right: x + slack, bottom: y + slack }).at(-1);
  }
}

export function touches(item: Placed, area: Area): boolean {
  return (
    item.x <= area.right &&
    item.x + item.width >= area.left &&
    item.y <= area.bottom &&
    item.y + item.height >= area.top
  );
}

export function areaOf(item: Placed): Area {
  return { left: item.x, top: item.y, right: item.x + item.width, bottom: item.y + item.height };
}

function cellCount(area: Area): number {
  const columns = Math.floor(area.right / CELL) - Math.floor(area.left / CELL) + 1;
  return columns * (Math.floor(area.bottom / CELL) - Math.floor(area.top / CELL) + 1);
}

function cellsOf(area: Area): number[] {
  const keys: number[] = [];
  for (let column = Math.floor(area.left / CELL); column <= Math.floor(area.right / CELL); column += 1) {
    for (let row = Math.floor(area.top / CELL); row <= Math.floor(area.bottom / CELL); row += 1) {
      // Cells are told apart within 65,536 columns and rows either way, more than any graph has.
      keys.push((column + 65_536) * 131_072 + row + 65_536);
    }
  }
  return keys;
}
