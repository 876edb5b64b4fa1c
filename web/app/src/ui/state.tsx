// How kinds and states look: the one place that knows their signs.
import { type MessageKey, useT } from '../lib/messages.tsx';
import { Icon, type IconName } from './icons.tsx';
import styles from './state.module.css';

export type RunState = 'RUNNING' | 'FINISHED' | 'FAILED' | 'CRASHED' | 'KILLED';
export type Kind = 'RUN' | 'ARTIFACT_VERSION' | 'REGISTRY_VERSION';

const STATE_ICONS: Record<RunState, IconName> = {
  RUNNING: 'running',
  FINISHED: 'finished',
  FAILED: 'failed',
  CRASHED: 'crashed',
  KILLED: 'killed',
};
export const STATE_LABELS: Record<RunState, MessageKey> = {
  RUNNING: 'state.running',
  FINISHED: 'state.finished',
  FAILED: 'state.failed',
  CRASHED: 'state.crashed',
  KILLED: 'state.killed',
};
export const KIND_LABELS: Record<Kind, MessageKey> = {
  RUN: 'kind.run',
  ARTIFACT_VERSION: 'kind.version',
  REGISTRY_VERSION: 'kind.registryVersion',
};
const KIND_SIGNS: Record<Kind, string> = { RUN: '', ARTIFACT_VERSION: '', REGISTRY_VERSION: '◆' };

/** The sign of a run's state, with the word unless it stands elsewhere. */
export function StateMark({ state, isSignOnly = false }: { state: RunState; isSignOnly?: boolean }) {
  const t = useT();
  const label = t(STATE_LABELS[state]);
  return (
    <span className={`${styles.state} ${styles[state.toLowerCase()]}`}>
      <span
        className={state === 'RUNNING' ? styles.turning : undefined}
        {...(isSignOnly ? { role: 'img', 'aria-label': label, title: label } : { 'aria-hidden': true })}
      >
        <Icon name={STATE_ICONS[state]} />
      </span>
      {!isSignOnly && label}
    </span>
  );
}

/** The shape of a kind: a pill for runs, a box for versions, a cut box for registry versions. */
export function KindMark({ kind }: { kind: Kind }) {
  const t = useT();
  const label = t(KIND_LABELS[kind]);
  return (
    <span className={`${styles.kind} ${styles[kind.toLowerCase()]}`} role="img" aria-label={label} title={label}>
      {KIND_SIGNS[kind]}
    </span>
  );
}
