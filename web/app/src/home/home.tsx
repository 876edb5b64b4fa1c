import { Link } from 'wouter';
import { HomeDocument, type HomeQuery } from '../generated/home/queries.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useViewer } from '../lib/places.ts';
import { hrefOf, runHref, tabHref } from '../lib/routes.ts';
import { Page } from '../shell/page.tsx';
import { Empty, Failure, Loading, Notice } from '../ui/notices.tsx';
import { StateMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { CreateProject } from './create-project.tsx';
import { firstSteps } from './first-steps.ts';
import styles from './home.module.css';
import { RegisteredModels } from './registered-models.tsx';

export function Home() {
  const t = useT();
  const { data, error, reload } = useData(HomeDocument, {}, { isMain: true });
  const answer = data && t('home.answer', { projects: data.projects.totalCount, models: data.collections.totalCount });
  return (
    <Page title={t('home.title')} answer={answer} actions={<CreateProject />}>
      {error && <Failure error={error} onRetry={reload} />}
      {!data && !error && <Loading lines={12} />}
      {data && <HomeSections data={data} />}
    </Page>
  );
}

function HomeSections({ data }: { data: HomeQuery }) {
  const t = useT();
  const viewer = useViewer();
  if (data.projects.totalCount === 0) {
    return (
      <Empty title={t('home.empty')} code={firstSteps(window.location.origin)}>
        {t('home.emptyHint')}
      </Empty>
    );
  }
  return (
    <>
      <Proposals proposals={data.viewer.proposals} />
      <div className={styles.columns}>
        <section aria-labelledby="projects" className={styles.section}>
          <h2 id="projects">{t('home.projects')}</h2>
          <Projects projects={data.projects} />
          <nav className={styles.entities} aria-label={t('home.entities')}>
            {viewer.entities.map((entity) => (
              <Link key={entity.id} href={hrefOf(entity.name)}>
                {t('home.allOf', { entity: entity.name })}
              </Link>
            ))}
          </nav>
        </section>
        <section aria-labelledby="runs" className={styles.section}>
          <h2 id="runs">{t('home.runs')}</h2>
          <RecentRuns runs={data.runs} />
        </section>
        <section aria-labelledby="models" className={styles.section}>
          <h2 id="models">{t('home.models')}</h2>
          <RegisteredModels models={data.collections} />
        </section>
      </div>
    </>
  );
}

function Proposals({ proposals }: { proposals: HomeQuery['viewer']['proposals'] }) {
  const t = useT();
  if (proposals.totalCount === 0) return null;
  return (
    <Notice tone="info">
      <strong>{t('home.proposals', { count: proposals.totalCount })}</strong>
      {proposals.edges.map(({ node }) => (
        <Link key={node.id} href={tabHref(node.collection.path, 'proposals')} dir="auto">
          {node.collection.name}:{node.name} ({node.proposedBy?.name ?? '–'})
        </Link>
      ))}
    </Notice>
  );
}

function Projects({ projects }: { projects: HomeQuery['projects'] }) {
  const t = useT();
  const { locale } = useLanguage();
  return (
    <ul className={styles.list}>
      {projects.edges.map(({ node }) => {
        const last = node.runs.edges[0]?.node;
        return (
          <li key={node.id} className={styles.item}>
            <Link href={hrefOf(node.path)} className={styles.name} dir="auto" title={node.path}>
              {node.path}
            </Link>
            <span className={styles.note}>
              {t('home.runCount', { count: node.runs.totalCount, shown: formatCount(node.runs.totalCount, locale) })}
            </span>
            <span className={styles.note}>
              {last && <StateMark state={last.state} isSignOnly />} <Time at={last?.createdAt ?? node.createdAt} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function RecentRuns({ runs }: { runs: HomeQuery['runs'] }) {
  const t = useT();
  if (!runs.edges.length) return <p className={styles.note}>{t('home.noRuns')}</p>;
  return (
    <ul className={styles.list}>
      {runs.edges.map(({ node }) => (
        <li key={node.id} className={styles.item}>
          <span className={styles.name}>
            <StateMark state={node.state} isSignOnly />{' '}
            <Link href={runHref(node.path)} dir="auto" title={node.name}>
              {node.name}
            </Link>
          </span>
          <span className={styles.note} dir="auto" title={node.jobType ?? undefined}>
            {node.jobType}
          </span>
          <span className={styles.note}>
            <Time at={node.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}
