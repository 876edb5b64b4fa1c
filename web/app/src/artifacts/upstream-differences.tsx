import { Link } from 'wouter';
import type { ComparisonQuery } from '../generated/artifacts/compare.ts';
import { useT } from '../lib/messages.tsx';
import { compareHref, hrefOf, runHref } from '../lib/routes.ts';
import { Notice } from '../ui/notices.tsx';
import { StateMark } from '../ui/state.tsx';
import styles from './compare.module.css';
import { Differences } from './differences.tsx';

type Node = Extract<NonNullable<ComparisonQuery['node']>, { __typename: 'ArtifactVersion' }>;
type Upstream = NonNullable<Node['compare']>['upstream'];
type Input = Upstream['inputs'][number];

interface UpstreamProps {
  upstream: Upstream;
  before: string;
  after: string;
}

/** Why two versions may differ: the code, the settings and the inputs of the runs that made them. */
export function UpstreamDifferences({ upstream, before, after }: UpstreamProps) {
  const t = useT();
  const { runBefore, runAfter, inputs, config } = upstream;
  const isSameRun = runBefore !== null && runBefore.id === runAfter?.id;
  const commits = [runBefore?.gitCommit ?? null, runAfter?.gitCommit ?? null] as const;
  return (
    <section className={styles.why}>
      <h2>{t('artifacts.why')}</h2>
      {!upstream.isComplete && (
        <Notice>{t('artifacts.upstreamPartial', { count: upstream.hiddenBefore + upstream.hiddenAfter })}</Notice>
      )}
      <table className={styles.table}>
        <thead>
          <tr>
            <td />
            <th scope="col" dir="auto">
              {before}
            </th>
            <th scope="col" dir="auto">
              {after}
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t('artifacts.run')}</th>
            <td>
              <RunName run={runBefore} />
            </td>
            <td>{isSameRun ? t('artifacts.sameRun') : <RunName run={runAfter} />}</td>
          </tr>
          {commits[0] !== commits[1] && (
            <tr>
              <th scope="row">{t('artifacts.commit')}</th>
              <td>{commits[0] && <code title={commits[0]}>{commits[0].slice(0, 8)}</code>}</td>
              <td>{commits[1] && <code title={commits[1]}>{commits[1].slice(0, 8)}</code>}</td>
            </tr>
          )}
          {inputs.map((input) => (
            <InputRow key={input.collection.id} input={input} />
          ))}
        </tbody>
      </table>
      {upstream.isComplete && !inputs.length && commits[0] === commits[1] && config.total === 0 && (
        <p className={styles.muted}>{t('artifacts.sameUpstream')}</p>
      )}
      {config.total > 0 && <Differences title={t('artifacts.config')} differences={config} none="" />}
    </section>
  );
}

function RunName({ run }: { run: Upstream['runBefore'] }) {
  const t = useT();
  if (!run) return <span className={styles.muted}>{t('artifacts.noRun')}</span>;
  return (
    <>
      <StateMark state={run.state} isSignOnly />{' '}
      <Link href={runHref(run.path)} dir="auto">
        {run.name}
      </Link>{' '}
      <span className={styles.muted} dir="auto">
        {run.jobType}
      </span>
    </>
  );
}

/** A series of which the runs were given different versions; one of each can be compared in turn. */
function InputRow({ input }: { input: Input }) {
  const t = useT();
  const [one, other] = [input.before[0], input.after[0]];
  const canCompare = one && other && input.before.length === 1 && input.after.length === 1;
  return (
    <tr>
      <th scope="row">
        <Link href={hrefOf(input.collection.path)} dir="auto" title={input.collection.path}>
          {input.collection.name}
        </Link>{' '}
        {canCompare && (
          <Link className={styles.compare} href={compareHref(one.path, `v${other.index}`)}>
            {t('artifacts.compare')}
          </Link>
        )}
      </th>
      <td>
        <Versions versions={input.before} />
      </td>
      <td>
        <Versions versions={input.after} />
      </td>
    </tr>
  );
}

function Versions({ versions }: { versions: Input['before'] }) {
  const t = useT();
  if (!versions.length) return <span className={styles.muted}>{t('artifacts.notUsed')}</span>;
  return versions.map((version, index) => (
    <span key={version.id}>
      {index > 0 && ', '}
      <Link href={hrefOf(version.path)}>v{version.index}</Link>
    </span>
  ));
}
