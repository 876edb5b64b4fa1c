import type { TimelineMoveFragment } from '../generated/registry/timeline.ts';
import { formatDuration } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { AliasChip } from '../ui/chips.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { End } from './move-record.tsx';
import type { Place } from './place.ts';
import { Reason } from './reason.tsx';
import { RecallMarks } from './recall-marks.tsx';

/** All moves of some aliases, the newest first: the facts of the bars as a table. */
export function MovesTable({ moves, place }: { moves: readonly TimelineMoveFragment[]; place: Place }) {
  const t = useT();
  const { locale } = useLanguage();
  const columns: Column<TimelineMoveFragment>[] = [
    {
      id: 'alias',
      label: t('registry.alias'),
      width: 'minmax(100px, 160px)',
      isKey: true,
      render: (move) => <AliasChip name={move.name} isProtected={place.protectedAliases.has(move.name)} />,
    },
    {
      id: 'move',
      label: t('timeline.move'),
      width: 'minmax(120px, 1fr)',
      isKey: true,
      render: (move) => (
        <>
          <End version={move.from} /> → <End version={move.to} /> <RecallMarks recalls={move.to?.recalls ?? []} />
        </>
      ),
    },
    {
      id: 'at',
      label: t('timeline.at'),
      width: 'minmax(170px, 200px)',
      isKey: true,
      render: (move) => <Time at={move.at} isFull />,
    },
    {
      id: 'stood',
      label: t('timeline.stood'),
      width: '110px',
      isNumeric: true,
      render: (move) => (move.to ? formatDuration(move.seconds, locale) : t('ui.none')),
    },
    {
      id: 'by',
      label: t('timeline.by'),
      width: 'minmax(80px, 140px)',
      render: (move) => <span dir="auto">{move.by?.name ?? t('ui.none')}</span>,
    },
    {
      id: 'reason',
      label: t('registry.reason'),
      width: 'minmax(140px, 2fr)',
      render: (move) => <Reason text={move.reason} />,
    },
  ];
  return (
    <DataTable
      label={t('timeline.moves')}
      rows={moves}
      columns={columns}
      rowKey={(move) => `${move.name}@${move.at}`}
      total={moves.length}
    />
  );
}
