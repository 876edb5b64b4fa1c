// The third step of the layout: a column shows so many rows, and one box for all that is beyond them.
import { heightOf, joinLinks, type Part, type Plan, type Unit } from './layout-parts.ts';
import type { LayoutInput, Pin } from './layout-types.ts';

/** Moves what is beyond `mostRows` in each column, the oldest of it, into one more part. */
export function limitRows(plan: Plan, { mostRows, open, pinned }: LayoutInput): void {
  const inColumns = new Map<number, Unit[]>();
  for (const unit of plan.units) {
    const column = inColumns.get(unit.column);
    if (column) column.push(unit);
    else inColumns.set(unit.column, [unit]);
  }
  const moved = new Map<number, number>();
  for (const [column, units] of inColumns) {
    const rows = units.reduce((sum, unit) => sum + unit.parts.length, 0);
    const id = `more:${column}`;
    if (rows <= mostRows || open.has(id)) continue;
    const dropped = beyond(plan, units, mostRows);
    if (dropped.length > 1) moveInto(plan, id, dropped, moved, pinned.get(id) ?? null);
  }
  if (moved.size === 0) return;
  plan.links = joinLinks(
    plan.links
      .map((link) => ({
        ...link,
        source: moved.get(link.source) ?? link.source,
        target: moved.get(link.target) ?? link.target,
      }))
      .filter((link) => link.source !== link.target),
  );
}

/** The units that a column can't show. Those that are kept in any case, and then the newest, are shown. */
function beyond({ parts }: Plan, units: readonly Unit[], mostRows: number): Unit[] {
  const isKept = (unit: Unit) => unit.pin !== null || unit.parts.some((index) => parts[index]?.isKept);
  const newest = (unit: Unit) => Math.max(...unit.parts.map((index) => parts[index]?.createdAt ?? 0));
  const byRank = units.toSorted(
    (one, other) => Number(isKept(other)) - Number(isKept(one)) || newest(other) - newest(one),
  );
  let rows = 0;
  return byRank.filter((unit) => {
    rows += unit.parts.length;
    return rows > mostRows && !isKept(unit);
  });
}

function moveInto(plan: Plan, id: string, dropped: readonly Unit[], moved: Map<number, number>, pin: Pin | null): void {
  const index = plan.parts.length;
  const own = dropped.flatMap((unit) => unit.parts);
  const first = plan.parts[own[0] as number] as Part;
  const members = own.flatMap((one) => plan.parts[one]?.members ?? []);
  plan.parts.push({ ...first, id, role: 'more', members, isKept: true, unit: plan.units.length, offset: 0 });
  plan.units.push({
    parts: [index],
    isRun: dropped[0]?.isRun ?? false,
    height: heightOf(1),
    column: dropped[0]?.column ?? 0,
    pin,
    rank: 0,
    isMoved: false,
    isDropped: false,
    isLast: true,
  });
  for (const unit of dropped) unit.isDropped = true;
  for (const one of own) moved.set(one, index);
}
