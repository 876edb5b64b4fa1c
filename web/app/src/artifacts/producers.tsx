import { Link } from 'wouter';
import { useT } from '../lib/messages.tsx';
import { hrefOf, runHref } from '../lib/routes.ts';
import { KindMark, StateMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import styles from './artifacts.module.css';
import type { ShownVersion } from './version-page.tsx';

/** The run that made a version with what it was given, and the runs that logged the same content again. */
export function Producers({ version }: { version: ShownVersion }) {
  const t = useT();
  const run = version.source?.loggedBy;
  const later = version.producedBy.edges.map((edge) => edge.node).filter((one) => one.id !== run?.id);
  return (
    <section className={styles.block}>
      <h2>{t('artifacts.madeFrom')}</h2>
      {!run && <p className={styles.muted}>{t('artifacts.madeByNobody')}</p>}
      {run && <RunLine run={run} />}
      {run && (
        <ul className={styles.plain} aria-label={t('artifacts.inputs')}>
          {run.inputs.edges.map(({ node }) => (
            <li key={node.id} className={styles.inline}>
              <span aria-hidden="true">←</span>
              <KindMark kind={node.kind} />
              <Link href={hrefOf(node.path)} dir="auto" title={node.path}>
                {node.name}
              </Link>
              <span className={styles.muted} dir="auto">
                {node.type}
              </span>
            </li>
          ))}
          {run.inputs.totalCount > run.inputs.edges.length && (
            <li className={styles.muted}>
              {t('artifacts.more', { count: run.inputs.totalCount - run.inputs.edges.length })}
            </li>
          )}
          {run.inputs.totalCount === 0 && <li className={styles.muted}>{t('artifacts.noInputs')}</li>}
        </ul>
      )}
      {later.length > 0 && (
        <>
          <h3>{t('artifacts.reusedBy', { count: version.producedBy.totalCount - (run ? 1 : 0) })}</h3>
          <ul className={styles.plain}>
            {later.map((one) => (
              <li key={one.id}>
                <RunLine run={one} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function RunLine({ run }: { run: ShownVersion['producedBy']['edges'][number]['node'] }) {
  return (
    <span className={styles.inline}>
      <StateMark state={run.state} isSignOnly />
      <Link href={runHref(run.path)} dir="auto">
        {run.name}
      </Link>
      {run.jobType && <span dir="auto">{run.jobType}</span>}
      <span className={styles.muted}>
        <Time at={run.startedAt} />
      </span>
    </span>
  );
}
