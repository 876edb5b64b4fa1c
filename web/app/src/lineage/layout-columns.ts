// The second step of the layout: in which column each unit stands. Data flows from left to right; the focus is in
// column 0, and runs and versions take turns.
import type { Link, Plan, Unit } from './layout-parts.ts';
import type { Pin } from './layout-types.ts';

/** A line between two units; `span`: by how many columns the target is to the right at least. */
interface Step {
  source: number;
  target: number;
  span: number;
  at: number;
}

/** What comes before and after each unit, without the lines that close a cycle. */
interface Steps {
  before: readonly Step[][];
  after: readonly Step[][];
  /** Units, each after all that it came from. */
  inOrder: readonly number[];
}

/** Sets the columns of all units of a plan. */
export function setColumns(plan: Plan): void {
  const { units } = plan;
  const steps = withoutCycles(stepsOf(plan), units.length);
  makeRoom(units, steps);
  const columns = fromLeft(plan, steps);
  pull(units, steps, columns);
  const shifts = shiftsOf(plan, steps, columns);
  units.forEach((unit, index) => {
    unit.column = (columns[index] as number) + (shifts[index] as number);
  });
}

function stepsOf({ parts, units, links }: Plan): Step[] {
  const unitOf = (part: number) => parts[part]?.unit as number;
  const steps = new Map<number, Step>();
  for (const link of links as readonly Link[]) {
    const source = unitOf(link.source);
    const target = unitOf(link.target);
    if (source === target) continue;
    const key = source * units.length + target;
    const known = steps.get(key);
    const span = units[source]?.isRun === units[target]?.isRun ? 2 : 1;
    if (known) known.at = Math.min(known.at, link.at);
    else steps.set(key, { source, target, span, at: link.at });
  }
  return [...steps.values()];
}

/** Leaves out the youngest line of each cycle. */
function withoutCycles(steps: readonly Step[], count: number): Steps {
  const knots = stronglyConnected(steps, count);
  const before: Step[][] = Array.from({ length: count }, () => []);
  const after: Step[][] = Array.from({ length: count }, () => []);
  const keep = (step: Step) => {
    before[step.target]?.push(step);
    after[step.source]?.push(step);
  };
  const doubtful: Step[] = [];
  for (const step of steps) {
    if (knots[step.source] === knots[step.target]) doubtful.push(step);
    else keep(step);
  }
  // Oldest first: what would close a cycle is then the youngest in it.
  doubtful.sort((one, other) => one.at - other.at);
  for (const step of doubtful) {
    if (!leadsTo(after, step.target, step.source, knots)) keep(step);
  }
  return { before, after, inOrder: topological(before, after) };
}

function leadsTo(after: readonly Step[][], from: number, to: number, knots: Int32Array): boolean {
  const seen = new Set([from]);
  const waiting = [from];
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    if (current === to) return true;
    for (const { target } of after[current] ?? []) {
      if (seen.has(target) || knots[target] !== knots[from]) continue;
      seen.add(target);
      waiting.push(target);
    }
  }
  return false;
}

/** The number of the strongly connected component of each unit (Tarjan, without recursion). */
function stronglyConnected(steps: readonly Step[], count: number): Int32Array {
  const after: number[][] = Array.from({ length: count }, () => []);
  for (const step of steps) after[step.source]?.push(step.target);
  const found = new Int32Array(count).fill(-1);
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const open: number[] = [];
  let next = 0;
  let knots = 0;
  for (let start = 0; start < count; start++) {
    if (index[start] !== -1) continue;
    const path: [number, number][] = [[start, 0]];
    while (path.length > 0) {
      const top = path[path.length - 1] as [number, number];
      const [unit, child] = top;
      if (child === 0) {
        index[unit] = low[unit] = next++;
        open.push(unit);
      }
      const target = after[unit]?.[child];
      if (target !== undefined) {
        top[1] += 1;
        if (index[target] === -1) path.push([target, 0]);
        else if (found[target] === -1) low[unit] = Math.min(low[unit] as number, index[target] as number);
        continue;
      }
      if (low[unit] === index[unit]) {
        let member: number | undefined;
        do {
          member = open.pop() as number;
          found[member] = knots;
        } while (member !== unit);
        knots += 1;
      }
      path.pop();
      const parent = path[path.length - 1]?.[0];
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[unit] as number);
    }
  }
  return found;
}

function topological(before: readonly Step[][], after: readonly Step[][]): number[] {
  const missing = before.map((steps) => steps.length);
  const inOrder = missing.flatMap((count, unit) => (count === 0 ? [unit] : []));
  for (let next = 0; next < inOrder.length; next++) {
    for (const { target } of after[inOrder[next] as number] ?? []) {
      missing[target] = (missing[target] as number) - 1;
      if (missing[target] === 0) inOrder.push(target);
    }
  }
  return inOrder;
}

/**
 * Where something new must stand between what was drawn before, that and all that is right of it moves on together: so
 * nothing changes its height or its order. Only what a new line joins the wrong way round moves on alone.
 */
function makeRoom(units: readonly Unit[], steps: Steps): void {
  for (let round = 0; round < units.length; round++) {
    const tight = firstTight(units, steps);
    if (!tight) return;
    const { column } = tight.pin;
    if (tight.from >= column) {
      tight.pin.column += tight.missing;
      tight.unit.isMoved = true;
    } else for (const { pin } of units) if (pin && pin.column >= column) pin.column += tight.missing;
  }
}

/** The leftmost unit that was drawn too far left for what now leads to it, and the column from which that leads. */
function firstTight(units: readonly Unit[], { before, inOrder }: Steps) {
  const columns = new Map<number, number>();
  const origins = new Map<number, number>();
  let found: { unit: Unit; pin: Pin; missing: number; from: number } | null = null;
  for (const index of inOrder) {
    const unit = units[index] as Unit;
    let column = Number.NEGATIVE_INFINITY;
    let from = Number.NEGATIVE_INFINITY;
    for (const step of before[index] ?? []) {
      const next = (columns.get(step.source) ?? Number.NEGATIVE_INFINITY) + step.span;
      if (next <= column) continue;
      column = next;
      from = origins.get(step.source) as number;
    }
    const { pin } = unit;
    if (pin) {
      const missing = column - pin.column;
      if (missing > 0 && (!found || pin.column < found.pin.column)) found = { unit, pin, missing, from };
      columns.set(index, pin.column);
      origins.set(index, pin.column);
    } else if (column > Number.NEGATIVE_INFINITY) {
      columns.set(index, column);
      origins.set(index, from);
    }
  }
  return found;
}

/**
 * The longest way from the left. Units that were drawn before stay in their columns, unless something new must stand
 * before them; what is new and leads only to such ones is counted back from them.
 */
function fromLeft({ units, focus }: Plan, { before, after, inOrder }: Steps): Int32Array {
  const columns = new Int32Array(units.length);
  const first = (index: number) => (units[index]?.isRun === units[focus]?.isRun ? 0 : 1);
  const isAnyPinned = units.some((unit) => unit.pin !== null);
  const isPlaced = new Uint8Array(units.length);
  for (const index of inOrder) {
    const unit = units[index] as Unit;
    let column = unit.pin?.column ?? Number.NEGATIVE_INFINITY;
    for (const step of before[index] ?? []) {
      if (isPlaced[step.source]) column = Math.max(column, (columns[step.source] as number) + step.span);
    }
    if (column === Number.NEGATIVE_INFINITY) {
      if (isAnyPinned) continue;
      column = first(index);
    }
    columns[index] = column;
    isPlaced[index] = 1;
  }
  for (const index of inOrder.toReversed()) {
    if (isPlaced[index]) continue;
    const steps = after[index] ?? [];
    const nearest = steps.map((step) => (columns[step.target] as number) - step.span);
    columns[index] = nearest.length ? Math.min(...nearest) : first(index);
    isPlaced[index] = 1;
  }
  return columns;
}

/** Pulls sources, and chains that begin with sources and lead to one place, next to their first consumer. */
function pull(units: readonly Unit[], { before, after, inOrder }: Steps, columns: Int32Array): void {
  const isLoose = new Uint8Array(units.length);
  for (const index of inOrder) {
    const isAlone = (before[index] ?? []).every((step) => isLoose[step.source] && after[step.source]?.length === 1);
    if (units[index]?.pin === null && isAlone) isLoose[index] = 1;
  }
  for (const index of inOrder.toReversed()) {
    const steps = after[index] ?? [];
    if (!isLoose[index] || steps.length === 0) continue;
    columns[index] = Math.min(...steps.map((step) => (columns[step.target] as number) - step.span));
  }
}

/** How far each unit moves so that the focus is in column 0, and what nothing joins to it as far off as it is. */
function shiftsOf(plan: Plan, { before, after }: Steps, columns: Int32Array): Int32Array {
  const { units, parts } = plan;
  const shifts = new Int32Array(units.length);
  const toFocus = -(columns[plan.focus] as number);
  const isDone = new Uint8Array(units.length);
  for (let start = 0; start < units.length; start++) {
    if (isDone[start]) continue;
    isDone[start] = 1;
    const together = [start];
    for (let next = 0; next < together.length; next++) {
      const index = together[next] as number;
      const beside = [
        ...(before[index] ?? []).map((step) => step.source),
        ...(after[index] ?? []).map((step) => step.target),
      ];
      for (const one of beside) {
        if (isDone[one]) continue;
        isDone[one] = 1;
        together.push(one);
      }
    }
    const isFixed = together.some((index) => index === plan.focus || units[index]?.pin != null);
    const shift = isFixed ? toFocus : apart(together);
    for (const index of together) shifts[index] = shift;
  }
  return shifts;

  /** Of units that nothing joins to the focus: the nearest stands as far off as it is, the older to the left. */
  function apart(together: readonly number[]): number {
    const own = together.flatMap((index) => (units[index]?.parts ?? []).map((part) => parts[part]));
    const nearest = own.reduce((one, other) => (other && one && other.distance < one.distance ? other : one));
    if (!nearest || !Number.isFinite(nearest.distance)) return toFocus;
    const wanted = nearest.createdAt < plan.focusCreatedAt ? -nearest.distance : nearest.distance;
    const shift = wanted - (columns[nearest.unit] as number);
    // Runs and versions stay in different columns.
    const isEven = (toFocus - shift) % 2 === 0;
    return isEven ? shift : shift + 1;
  }
}
