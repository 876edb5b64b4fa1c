import type { KeyboardEvent, Ref } from 'react';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { LinkButton } from '../ui/button.tsx';
import { KindMark } from '../ui/state.tsx';
import styles from './explorer.module.css';
import { explodeHref, groupName, type TypeGraph, type TypeGroup } from './type-graph-scene.ts';

interface TypePanelProps {
  found: TypeGraph;
  chosen: TypeGroup | null;
  onSelect: (id: string) => void;
  onLeave: () => void;
  ref: Ref<HTMLElement>;
}

/** The groups as a list; or one of them, and what it is joined to. */
export function TypePanel({ found, chosen, onSelect, onLeave, ref }: TypePanelProps) {
  const t = useT();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onLeave();
  };
  return (
    <aside ref={ref} className={styles.panel} aria-label={t('lineage.panel')} tabIndex={-1} onKeyDown={onKeyDown}>
      {chosen && <Chosen found={found} chosen={chosen} onSelect={onSelect} />}
      <ul className={styles.plain}>
        {found.nodes.map((group) => (
          <li key={group.id}>
            <GroupButton group={group} count={group.count} isChosen={group.id === chosen?.id} onSelect={onSelect} />
          </li>
        ))}
      </ul>
    </aside>
  );
}

function Chosen({ found, chosen, onSelect }: { found: TypeGraph; chosen: TypeGroup; onSelect: (id: string) => void }) {
  const t = useT();
  const groups = new Map(found.nodes.map((group) => [group.id, group]));
  const rows = found.edges.flatMap((edge) => {
    const isOut = edge.source === chosen.id;
    if (!isOut && edge.target !== chosen.id) return [];
    const other = groups.get(isOut ? edge.target : edge.source);
    return other ? [{ edge, other, isOut }] : [];
  });
  return (
    <section className={styles.chosen}>
      <h2 className={styles.title}>
        <KindMark kind={chosen.kind} />
        <span dir="auto">{groupName(chosen, t)}</span>
      </h2>
      <p className={styles.quiet}>
        {t(chosen.kind === 'RUN' ? 'lineage.runs' : 'lineage.versions', { count: chosen.count })} ·{' '}
        <bdi>{chosen.container}</bdi>
        {chosen.hidden > 0 && ` · ${t('lineage.typesHidden', { count: chosen.hidden })}`}
      </p>
      <div className={styles.buttons}>
        <LinkButton href={explodeHref(chosen)}>{t('lineage.explode')}</LinkButton>
      </div>
      <ul className={styles.plain}>
        {rows.map(({ edge, other, isOut }) => (
          <li key={`${edge.source} ${edge.target} ${edge.kind}`} className={styles.joined}>
            <span aria-hidden="true">{isOut ? '→' : '←'}</span>
            <span className="visually-hidden">{t(isOut ? 'lineage.downstream' : 'lineage.upstream')}</span>
            <GroupButton group={other} count={edge.count} isChosen={false} onSelect={onSelect} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface GroupButtonProps {
  group: TypeGroup;
  count: number;
  isChosen: boolean;
  onSelect: (id: string) => void;
}

function GroupButton({ group, count, isChosen, onSelect }: GroupButtonProps) {
  const t = useT();
  const { locale } = useLanguage();
  return (
    <button
      type="button"
      className={styles.group}
      aria-current={isChosen ? 'true' : undefined}
      onClick={() => onSelect(group.id)}
    >
      <KindMark kind={group.kind} />
      <span dir="auto">{groupName(group, t)}</span>
      <span className={styles.number}>{formatCount(count, locale)}</span>
    </button>
  );
}
