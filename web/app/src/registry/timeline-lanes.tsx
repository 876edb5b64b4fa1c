import type { TimelineMoveFragment } from '../generated/registry/timeline.ts';
import { formatTime } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { AliasChip } from '../ui/chips.tsx';
import { Icon } from '../ui/icons.tsx';
import type { Place } from './place.ts';
import styles from './timeline.module.css';
import { type Bar, barsOf, placeOn, type Range, ticksOf } from './timeline.ts';
import type { Lane } from './use-lanes.ts';

interface TimelineLanesProps {
  lanes: readonly Lane[];
  range: Range;
  /** The moment of "as of", marked by a line; null is now. */
  moment: number | null;
  place: Place;
  /** Aliases that are there no more. */
  removed: ReadonlySet<string>;
  /** `alias@time` of the move whose record is shown. */
  chosen: string | null;
  onChoose: (move: TimelineMoveFragment) => void;
}

const MOST_TICKS = 6;
const LAST_LABEL = 92;

/** A lane for each alias, a bar for each version that it stood on. A bar opens the record of the move that began it. */
export function TimelineLanes({ lanes, range, moment, place, removed, chosen, onChoose }: TimelineLanesProps) {
  const t = useT();
  return (
    <div className={styles.chart} role="group" aria-label={t('registry.timeline')}>
      {lanes.map((lane) => (
        <div key={lane.name} className={styles.lane}>
          <span className={styles.name}>
            <AliasChip name={lane.name} isProtected={place.protectedAliases.has(lane.name)} />
            {removed.has(lane.name) && <span className={styles.removed}> {t('timeline.removed')}</span>}
          </span>
          <div className={styles.track}>
            {barsOf(lane.moves, range).map((bar) => (
              <LaneBar
                key={bar.move.at}
                bar={bar}
                range={range}
                isLocked={place.protectedAliases.has(lane.name)}
                isChosen={chosen === `${bar.move.name}@${bar.move.at}`}
                onChoose={onChoose}
              />
            ))}
            {moment !== null && <Line at={placeOn(moment, range)} />}
          </div>
        </div>
      ))}
      <Axis range={range} />
    </div>
  );
}

function Line({ at }: { at: number }) {
  return at >= 0 && at <= 100 ? <span className={styles.moment} style={{ insetInlineStart: `${at}%` }} /> : null;
}

interface LaneBarProps {
  bar: Bar<TimelineMoveFragment>;
  range: Range;
  isLocked: boolean;
  isChosen: boolean;
  onChoose: (move: TimelineMoveFragment) => void;
}

function LaneBar({ bar, range, isLocked, isChosen, onChoose }: LaneBarProps) {
  const t = useT();
  const { locale } = useLanguage();
  const { move } = bar;
  const start = placeOn(bar.start, range);
  const width = placeOn(bar.end, range) - start;
  const isRecalled = (move.to?.recalls.length ?? 0) > 0;
  const label = t('timeline.bar', {
    alias: move.name,
    version: `v${bar.index}`,
    from: formatTime(move.at, locale),
    until: move.until ? formatTime(move.until, locale) : t('registry.now'),
    name: move.by?.name ?? t('registry.somebody'),
  });
  const marks = [
    styles.bar,
    isLocked ? styles.locked : '',
    isRecalled ? styles.recalled : '',
    bar.isCutAtStart ? styles.cutStart : '',
    move.until ? '' : styles.open,
  ];
  return (
    <button
      type="button"
      className={marks.join(' ')}
      style={{ insetInlineStart: `${start}%`, width: `${width}%` }}
      aria-label={isRecalled ? `${label} · ${t('registry.recalled')}` : label}
      aria-pressed={isChosen}
      title={label}
      onClick={() => onChoose(move)}
    >
      {isRecalled && <Icon name="warning" />}
      {/* Cut where a version was there only for a moment; the title has it. */}
      <span className={styles.barLabel}>v{bar.index}</span>
    </button>
  );
}

function Axis({ range }: { range: Range }) {
  const { locale } = useLanguage();
  const offset = new Date(range.end).getTimezoneOffset();
  // A label that begins right at the end would be cut.
  const ticks = ticksOf(range, MOST_TICKS, offset).filter((tick) => placeOn(tick, range) < LAST_LABEL);
  const isShort = range.end - range.start < 3 * 86_400_000;
  const format = new Intl.DateTimeFormat(
    locale,
    isShort ? { hour: '2-digit', minute: '2-digit' } : { dateStyle: 'medium' },
  );
  return (
    <div className={styles.lane} aria-hidden="true">
      <span className={styles.name} />
      <div className={styles.axis}>
        {ticks.map((tick) => (
          <span key={tick} className={styles.tick} style={{ insetInlineStart: `${placeOn(tick, range)}%` }}>
            {format.format(tick)}
          </span>
        ))}
      </div>
    </div>
  );
}
