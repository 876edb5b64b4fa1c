import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { formatCount, formatTime } from '../../lib/format.ts';
import { useLanguage, useT } from '../../lib/messages.tsx';
import { useParams } from '../../lib/search-params.ts';
import { Facet } from '../../ui/facet.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Empty, Failure, Loading, Notice } from '../../ui/notices.tsx';
import type { ChartedRun } from '../charts/use-series.ts';
import { SearchInput } from '../search-input.tsx';
import { parseAnsi } from './ansi.ts';
import { filterLines, LEVELS, type LogLine } from './lines.ts';
import styles from './log.module.css';
import { MOST_LINES, useConsole } from './use-console.ts';

const LINE_HEIGHT = 20;
const SOURCES = ['stdout', 'stderr'] as const;

/** What a run printed: followed while it runs, searched, filtered, with its colours and times. */
export default function LogTab({ run }: { run: ChartedRun }) {
  const t = useT();
  const { locale } = useLanguage();
  const [params, setParams] = useParams();
  const { lines, isLoading, isCut, error, retry } = useConsole(run.path, run.isRunning);
  const filter = useMemo(
    () => ({ text: params.get('find') ?? '', levels: params.getAll('level'), sources: params.getAll('source') }),
    [params],
  );
  const shown = useMemo(() => filterLines(lines, filter), [lines, filter]);
  const [isFollowing, setFollowing] = useState(run.isRunning);
  if (error && !lines.length) return <Failure error={error} onRetry={retry} />;
  if (!lines.length) return isLoading ? <Loading /> : <Empty title={t('runs.noLog')}>{t('runs.noLogHint')}</Empty>;
  const counts = (name: 'level' | 'source', value: string) => lines.filter((line) => line[name] === value).length;
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <SearchInput
          label={t('runs.searchLog')}
          value={filter.text}
          onChange={(find) => setParams({ find }, { replace: true })}
        />
        <Facet
          label={t('runs.level')}
          options={LEVELS.map((value) => ({ value, label: t(`runs.level.${value}`), count: counts('level', value) }))}
          chosen={filter.levels}
          onChange={(level) => setParams({ level }, { replace: true })}
        />
        <Facet
          label={t('runs.stream')}
          options={SOURCES.map((value) => ({ value, label: value, count: counts('source', value) }))}
          chosen={filter.sources}
          onChange={(source) => setParams({ source }, { replace: true })}
        />
        <Checkbox isSelected={isFollowing} onChange={setFollowing}>
          {t('runs.follow')}
        </Checkbox>
        <span className={styles.count} role="status">
          {t('runs.lines', { shown: formatCount(shown.length, locale), count: shown.length })}
        </span>
      </div>
      {isCut && <Notice>{t('runs.logCut', { count: MOST_LINES })}</Notice>}
      {error && <Failure error={error} onRetry={retry} />}
      <Lines lines={shown} isFollowing={isFollowing} onScrolledUp={() => setFollowing(false)} />
    </div>
  );
}

interface LinesProps {
  lines: readonly LogLine[];
  isFollowing: boolean;
  onScrolledUp: () => void;
}

function Lines({ lines, isFollowing, onScrolledUp }: LinesProps) {
  const t = useT();
  const { locale } = useLanguage();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 30,
  });
  useEffect(() => {
    if (isFollowing && lines.length) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [isFollowing, lines.length, virtual]);
  return (
    <div
      ref={scroller}
      className={styles.lines}
      role="log"
      aria-live="off"
      aria-label={t('runs.log')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      onWheel={(event) => event.deltaY < 0 && onScrolledUp()}
      onKeyDown={(event) => ['ArrowUp', 'PageUp', 'Home'].includes(event.key) && onScrolledUp()}
    >
      <div className={styles.all} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          return (
            <div
              key={line.number}
              ref={virtual.measureElement}
              data-index={item.index}
              className={`${styles.line} ${line.source === 'stderr' ? styles.stderr : ''}`}
              style={{ transform: `translateY(${item.start}px)` }}
              title={`${formatTime(line.writtenAt, locale)} · ${line.source}`}
            >
              <span className={styles.number}>{line.number + 1}</span>
              <span className={styles.text} dir="auto">
                {parseAnsi(line.text).map((span, index) => (
                  <span key={index} className={span.classes.map((name) => styles[name]).join(' ')}>
                    {span.text}
                  </span>
                ))}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
