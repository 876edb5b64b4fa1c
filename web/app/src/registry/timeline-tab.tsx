import { useState } from 'react';
import { formatTime } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useParams } from '../lib/search-params.ts';
import { Button } from '../ui/button.tsx';
import { Failure, Loading, Notice } from '../ui/notices.tsx';
import { AsOf } from './as-of.tsx';
import type { ModelDialog } from './model-dialogs.tsx';
import type { Model } from './model-page.tsx';
import { MoveRecord } from './move-record.tsx';
import { MovesTable } from './moves-table.tsx';
import { NoMoves } from './no-moves.tsx';
import { knownAliases, LATEST, mayMove, type Place, type Right } from './place.ts';
import styles from './registry.module.css';
import { latestOf, newestFirst, rangeOf, wholeRange, ZOOM_NAMES, zoomOf } from './timeline.ts';
import { TimelineLanes } from './timeline-lanes.tsx';
import { useLanes } from './use-lanes.ts';

const ZOOM_LABELS = {
  day: 'timeline.day',
  week: 'timeline.week',
  month: 'timeline.month',
  quarter: 'timeline.quarter',
  year: 'timeline.year',
  all: 'timeline.all',
} as const;

// Each lane is a question of its own.
const MOST_REMOVED = 20;

interface TimelineTabProps {
  model: Model;
  place: Place;
  right: Right;
  onOpen: (dialog: ModelDialog) => void;
}

/** Which version each alias pointed at over time: as bars, as of one moment, and the same facts as a table. */
export function TimelineTab({ model, place, right, onOpen }: TimelineTabProps) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  // The moment at which the page was opened: what "now" means until it is loaded again.
  const [opened] = useState(() => Date.now());
  const zoom = zoomOf(params.get('zoom'));
  const end = momentOf(params.get('to')) ?? opened;
  const asOf = momentOf(params.get('asof')) === null ? null : params.get('asof');
  const moment = momentOf(asOf);
  const known = knownAliases(place, model.aliases);
  const gone = model.formerAliases.filter((name) => name !== LATEST);
  const removed = params.get('removed') === 'all' ? gone : gone.slice(0, MOST_REMOVED);
  const names = [...new Set([...known, ...params.getAll('alias'), ...removed]), LATEST];
  const asked = rangeOf(zoom, end);
  const isUntilNow = end >= opened;
  const { lanes, error, isLoading, reload } = useLanes({ path: model.path, names, range: asked, isUntilNow, asOf });
  if (error && !lanes) return <Failure error={error} onRetry={reload} />;
  if (!lanes) return <Loading />;
  const moves = newestFirst(lanes.map((lane) => lane.moves));
  if (zoom === 'all' && moves.length === 0 && model.versions.totalCount === 0) return <NoMoves path={model.path} />;
  const last = isUntilNow ? latestOf(moves, end) : end;
  const range = zoom === 'all' ? wholeRange(moves, last) : { ...asked, end: last };
  const chosen = moves.find((move) => `${move.name}@${move.at}` === params.get('move'));
  const cut = lanes.filter((lane) => lane.moves.length < lane.total);
  const shift = (direction: number) => {
    const next = end + direction * (range.end - range.start) * 0.5;
    setParams({ to: next >= opened ? null : new Date(next).toISOString() });
  };
  return (
    <>
      <div className={styles.bar}>
        <div role="group" aria-label={t('timeline.zoom')} className={styles.buttons}>
          {ZOOM_NAMES.map((one) => (
            <Button
              key={one}
              look={one === zoom ? 'primary' : 'plain'}
              aria-pressed={one === zoom}
              onPress={() => setParams({ zoom: one === 'all' ? null : one })}
            >
              {t(ZOOM_LABELS[one])}
            </Button>
          ))}
        </div>
        <span className={styles.buttons}>
          <Button aria-label={t('timeline.earlier')} isDisabled={zoom === 'all'} onPress={() => shift(-1)}>
            ←
          </Button>
          <Button
            aria-label={t('timeline.later')}
            isDisabled={zoom === 'all' || end >= opened}
            onPress={() => shift(1)}
          >
            →
          </Button>
        </span>
        <span className={styles.note} aria-live="polite">
          {formatTime(new Date(range.start).toISOString(), locale)} –{' '}
          {formatTime(new Date(range.end).toISOString(), locale)}
          {isLoading && ` · ${t('ui.loading')}`}
        </span>
      </div>
      {error && <Failure error={error} onRetry={reload} />}
      {cut.length > 0 && <Notice>{t('timeline.cut', { aliases: cut.map((lane) => lane.name).join(', ') })}</Notice>}
      <TimelineLanes
        lanes={lanes}
        range={range}
        moment={moment}
        place={place}
        removed={new Set(gone)}
        chosen={params.get('move')}
        onChoose={(move) => setParams({ move: `${move.name}@${move.at}` })}
      />
      {chosen && <MoveRecord move={chosen} onClose={() => setParams({ move: null })} />}
      {removed.length < gone.length && (
        <span>
          <Button onPress={() => setParams({ removed: 'all' })}>
            {t('timeline.allRemoved', { count: gone.length })}
          </Button>
        </span>
      )}
      <AsOf
        lanes={lanes}
        place={place}
        moment={moment}
        onChange={(next) => setParams({ asof: next })}
        mayRestore={(name) => gone.includes(name) && mayMove(name, place, right)}
        onRestore={(alias) => onOpen({ kind: 'rollback', alias })}
      />
      <MovesTable moves={moves} place={place} />
    </>
  );
}

function momentOf(text: string | null): number | null {
  const moment = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? null : moment;
}
