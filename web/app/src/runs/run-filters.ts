// What the address of a runs table says, and what the API is asked for it.
import type { FieldCondition, FieldOperator, RunFilter, RunOrder, RunState } from '../generated/runs/list.ts';
import type { Sort } from '../ui/data-table.tsx';

export type DocumentName = 'config' | 'summary';

export interface Condition {
  document: DocumentName;
  path: string;
  op: FieldOperator;
  value?: string | number | boolean;
}

const OPERATORS: readonly (readonly [string, FieldOperator])[] = [
  ['<=', 'LTE'],
  ['>=', 'GTE'],
  ['!=', 'NE'],
  ['==', 'EQ'],
  ['<', 'LT'],
  ['>', 'GT'],
  ['=', 'EQ'],
  ['~', 'CONTAINS'],
];
const STATES: readonly RunState[] = ['RUNNING', 'FINISHED', 'FAILED', 'CRASHED', 'KILLED'];

/** Reads `config.lr < 0.1`, `summary.name ~ res` or `config.seed exists`; null when it is none of these. */
export function parseCondition(text: string): Condition | null {
  const named = /^\s*(config|summary)\.(.+)$/s.exec(text);
  if (!named) return null;
  const document = named[1] as DocumentName;
  const rest = named[2] ?? '';
  const there = /^(.+?)\s+exists\s*$/.exec(rest);
  if (there?.[1]) return { document, path: there[1].trim(), op: 'EXISTS' };
  // Japanese keyboards give wide signs.
  const at = rest.search(/[<>=~＜＞＝～]|[!！][=＝]/);
  const signs = rest.slice(at, at + 2).normalize('NFKC');
  const operator = at < 1 ? undefined : OPERATORS.find(([sign]) => signs.startsWith(sign));
  if (!operator) return null;
  const path = rest.slice(0, at).trim();
  const value = rest.slice(at + operator[0].length).trim();
  if (path === '' || value === '') return null;
  return { document, path, op: operator[1], value: parseValue(value) };
}

function parseValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2] ?? '';
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** The filter that the parameters of an address name; null wants all. */
export function filterOf(params: URLSearchParams): RunFilter | null {
  const states = params.getAll('state').filter((one): one is RunState => STATES.includes(one as RunState));
  const jobTypes = params.getAll('job');
  const groups = params.getAll('of');
  const tags = params.getAll('tag');
  const search = (params.get('q') ?? '').normalize('NFKC').trim();
  const conditions = params.getAll('where').flatMap((text) => parseCondition(text) ?? []);
  const config = conditionsOn('config', conditions);
  const summary = conditionsOn('summary', conditions);
  const filter: RunFilter = {
    ...(states.length && { states }),
    ...(jobTypes.length && { jobTypes }),
    ...(groups.length && { groups }),
    ...(tags.length && { tags }),
    ...(search && { nameContains: search }),
    ...(config.length && { config }),
    ...(summary.length && { summary }),
  };
  return Object.keys(filter).length ? filter : null;
}

function conditionsOn(document: DocumentName, conditions: readonly Condition[]): FieldCondition[] {
  return conditions
    .filter((one) => one.document === document)
    .map(({ path, op, value }) => (value === undefined ? { path, op } : { path, op, value }));
}

/** Both filters at once. */
export function bothOf(one: RunFilter | null, other: RunFilter): RunFilter {
  // A field of each has to hold, and a field may stand only once in a filter.
  return one === null ? other : { ...one, any: [other] };
}

export const NEWEST_FIRST: Sort = { key: 'created', isDescending: true };

/** `-created`, `name`, `-summary.acc`: a minus for the largest first. */
export function parseSort(text: string | null): Sort {
  if (!text) return NEWEST_FIRST;
  return text.startsWith('-') ? { key: text.slice(1), isDescending: true } : { key: text, isDescending: false };
}

export function formatSort({ key, isDescending }: Sort): string | null {
  if (key === NEWEST_FIRST.key && isDescending) return null;
  return `${isDescending ? '-' : ''}${key}`;
}

const FIELDS: ReadonlyMap<string, RunOrder['field']> = new Map([
  ['name', 'NAME'],
  ['state', 'STATE'],
  ['job', 'JOB_TYPE'],
  ['duration', 'DURATION'],
  ['finished', 'FINISHED_AT'],
]);

export function orderOf({ key, isDescending }: Sort): RunOrder {
  const direction = isDescending ? 'DESC' : 'ASC';
  const dot = key.indexOf('.');
  const document = key.slice(0, dot);
  if (document === 'config' || document === 'summary') {
    return { field: document === 'config' ? 'CONFIG' : 'SUMMARY', path: key.slice(dot + 1), direction };
  }
  return { field: FIELDS.get(key) ?? 'CREATED_AT', direction };
}
