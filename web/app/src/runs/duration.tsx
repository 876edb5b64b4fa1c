import { useEffect, useState } from 'react';
import { formatDuration } from '../lib/format.ts';
import { useLanguage } from '../lib/messages.tsx';
import type { RunState } from '../ui/state.tsx';

interface Lasting {
  state: RunState;
  startedAt: string;
  finishedAt: string | null;
}

/** How long a run took, or has taken until now. */
export function Duration({ run }: { run: Lasting }) {
  const { locale } = useLanguage();
  const [now, setNow] = useState(Date.now);
  const isRunning = run.finishedAt === null && run.state === 'RUNNING';
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  if (run.finishedAt === null && !isRunning) return null;
  const end = run.finishedAt === null ? now : Date.parse(run.finishedAt);
  return <span>{formatDuration((end - Date.parse(run.startedAt)) / 1000, locale)}</span>;
}
