// Whether Headwater answers. What fails says so here; then it is asked every few seconds, and what failed tries again
// once there is an answer.
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { CombinedError } from 'urql';

const ASK_MS = 3_000;
const PATIENCE_MS = 10_000;
// A proxy answers in place of a service that does not.
const NO_SERVICE = [502, 503, 504];

let isAnswering = true;
let isSuspected = false;
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();
const waiting = new Set<() => void>();

/** Whether an answer with this status comes from the service itself. */
export function isOfService(status: number): boolean {
  return !NO_SERVICE.includes(status);
}

/** Whether a request got no answer of the service. */
export function isUnanswered({ networkError, response }: CombinedError): boolean {
  return networkError !== undefined && (!response || !isOfService(response.status));
}

/** A request got an answer. */
export function noteAnswer(): void {
  if (isAnswering) return;
  isAnswering = true;
  clearInterval(timer);
  for (const changed of watchers) changed();
  tryAgain();
}

/** A request got no answer: that may be its own fault, so the service is asked before anything is said. */
export async function noteFailure(): Promise<void> {
  if (!isAnswering || isSuspected) return;
  isSuspected = true;
  const isThere = await askService();
  isSuspected = false;
  if (isThere) setTimeout(tryAgain, ASK_MS);
}

/** Asks the service now whether it is there. */
export async function askService(): Promise<boolean> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch('/healthz', { cache: 'no-store', signal }).catch(() => null);
  const isThere = answer !== null && isOfService(answer.status);
  if (isThere) noteAnswer();
  else noteSilence();
  return isThere;
}

function noteSilence(): void {
  if (!isAnswering) return;
  isAnswering = false;
  timer = setInterval(() => {
    if (document.visibilityState === 'visible') void askService();
  }, ASK_MS);
  for (const changed of watchers) changed();
}

function tryAgain(): void {
  for (const again of [...waiting]) again();
}

/** Whether the service answers, as far as this page knows. */
export function useIsAnswering(): boolean {
  return useSyncExternalStore(watch, () => isAnswering);
}

function watch(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

/** Calls back when what failed may be tried again. */
export function useOnAnswer(again: () => void): void {
  const current = useRef(again);
  current.current = again;
  useEffect(() => {
    const call = () => current.current();
    waiting.add(call);
    return () => {
      waiting.delete(call);
    };
  }, []);
}
