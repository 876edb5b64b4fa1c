import { createContext, useContext, useEffect, useState } from 'react';
import { formatAgo, formatTime } from '../lib/format.ts';
import { useLanguage } from '../lib/messages.tsx';

const TICK_MS = 30_000;

/** Whether a time is a stop for the Tab key, so that its title can be read by keyboard; a row tells those in it. */
export const TimeStop = createContext(false);

/** A time as "2 min ago"; on hover in the zone of the browser and in UTC. `isFull` writes it out. */
export function Time({ at, isFull = false }: { at: string; isFull?: boolean }) {
  const { locale } = useLanguage();
  const isStop = useContext(TimeStop);
  const [, tick] = useState(0);
  useEffect(() => {
    if (isFull) return;
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [isFull]);
  const local = formatTime(at, locale);
  const utc = `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return (
    <time dateTime={at} title={`${local}\n${utc}`} tabIndex={isStop ? 0 : undefined}>
      {isFull ? local : formatAgo(at, locale)}
    </time>
  );
}
