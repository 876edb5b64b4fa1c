import { useRef } from 'react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { Facet, type FacetOption } from '../ui/facet.tsx';
import type { Graph } from './model.ts';
import styles from './toolbar.module.css';
import type { Explorer } from './use-explorer.ts';

/** Which nodes are shown; the walk passes through the others. */
export function Filters({ explorer }: { explorer: Explorer }) {
  const t = useT();
  const { state, change, graph } = explorer;
  const seen = useSeen(graph);
  return (
    <>
      <Facet
        label={t('lineage.type')}
        options={seen.types}
        chosen={state.types}
        onChange={(types) => change({ types })}
      />
      <Facet
        label={t('lineage.jobType')}
        options={seen.jobTypes}
        chosen={state.jobTypes}
        onChange={(jobTypes) => change({ jobTypes })}
      />
      <Facet
        label={t('lineage.alias')}
        options={seen.aliases}
        chosen={state.aliases}
        onChange={(aliases) => change({ aliases })}
      />
      <DialogTrigger>
        <Button>
          {state.from || state.to ? `${state.from || '…'} – ${state.to || '…'}` : t('lineage.dates')}
          <span aria-hidden="true">▾</span>
        </Button>
        <Popover className={styles.popover}>
          <Dialog aria-label={t('lineage.dates')} className={styles.dates}>
            <Day label={t('lineage.from')} value={state.from} onChange={(from) => change({ from })} />
            <Day label={t('lineage.to')} value={state.to} onChange={(to) => change({ to })} />
          </Dialog>
        </Popover>
      </DialogTrigger>
    </>
  );
}

function Day({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label className={styles.day}>
      {label}
      <input type="date" className={styles.input} value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

interface Seen {
  types: FacetOption[];
  jobTypes: FacetOption[];
  aliases: FacetOption[];
}

/** What there was to choose from in any graph so far: a filter narrows the graph, not the choice. */
function useSeen(graph: Graph | null): Seen {
  const known = useRef({ types: new Set<string>(), jobTypes: new Set<string>(), aliases: new Set<string>() });
  for (const node of graph?.nodes.values() ?? []) {
    if (node.type) known.current[node.kind === 'RUN' ? 'jobTypes' : 'types'].add(node.type);
    for (const alias of node.aliases) known.current.aliases.add(alias);
  }
  const options = (names: ReadonlySet<string>) => [...names].sort().map((value) => ({ value, label: value }));
  return {
    types: options(known.current.types),
    jobTypes: options(known.current.jobTypes),
    aliases: options(known.current.aliases),
  };
}
