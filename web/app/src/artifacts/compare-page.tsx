import { useLocation } from 'wouter';
import {
  ComparedVersionsDocument,
  type ComparedVersionsQuery,
  ComparisonDocument,
} from '../generated/artifacts/compare.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { compareHref, type Route } from '../lib/routes.ts';
import { AwaitedPage } from '../shell/awaited-page.tsx';
import { Page, PageToCome } from '../shell/page.tsx';
import { Button } from '../ui/button.tsx';
import { Select } from '../ui/field.tsx';
import { Failure, Loading, Missing, Notice } from '../ui/notices.tsx';
import styles from './artifacts.module.css';
import { ComparedFiles } from './compared-files.tsx';
import { Differences } from './differences.tsx';
import { UpstreamDifferences } from './upstream-differences.tsx';

type CompareRoute = Extract<Route, { page: 'compare' }>;
type Version = NonNullable<ComparedVersionsQuery['before']>;

/** Two versions of a series: why they differ, then in which files and metadata. */
export default function ComparePage({ route }: { route: CompareRoute }) {
  const t = useT();
  const collection = `${route.entity}/${route.container}/${route.name}`;
  const variables = { before: `${collection}:${route.ref}`, after: `${collection}:${route.other}`, collection };
  const { data, error, reload } = useData(ComparedVersionsDocument, variables);
  const title = t('artifacts.compareTitle', { name: route.name, before: route.ref, after: route.other });
  if (error) return <AwaitedPage title={title} error={error} onRetry={reload} />;
  if (!data) return <PageToCome />;
  const { before, after } = data;
  const choices = data.collection?.versions.edges.map((edge) => edge.node) ?? [];
  return (
    <Page
      title={title}
      actions={data.collection && <Pickers collection={collection} route={route} choices={choices} />}
      isMissing={!before || !after}
      answer={before && after && before.digest === after.digest ? t('artifacts.sameContent') : undefined}
    >
      {before && after ? (
        <Compared key={`${before.id} ${after.id}`} before={before} after={after} />
      ) : (
        <Missing what="artifacts.missingVersion" />
      )}
    </Page>
  );
}

interface PickersProps {
  collection: string;
  route: CompareRoute;
  choices: readonly { id: string; index: number; aliases: readonly string[] }[];
}

/** Chooses either side; the address follows. */
function Pickers({ collection, route, choices }: PickersProps) {
  const t = useT();
  const [, navigate] = useLocation();
  const go = (before: string, after: string) => navigate(compareHref(`${collection}:${before}`, after));
  const names = choices.map((one) => ({
    value: `v${one.index}`,
    label: `v${one.index}`,
    hint: one.aliases.join(', '),
  }));
  // What the address names by alias, or what is older than the newest hundred, can be chosen too.
  const optionsWith = (ref: string) =>
    names.some((one) => one.value === ref) ? names : [{ value: ref, label: ref, hint: '' }, ...names];
  return (
    <span className={styles.filters}>
      <Select
        label={t('artifacts.before')}
        isLabelHidden
        value={route.ref}
        options={optionsWith(route.ref)}
        onChange={(ref) => go(ref, route.other)}
      />
      <Button aria-label={t('artifacts.swap')} onPress={() => go(route.other, route.ref)}>
        ⇄
      </Button>
      <Select
        label={t('artifacts.after')}
        isLabelHidden
        value={route.other}
        options={optionsWith(route.other)}
        onChange={(ref) => go(route.ref, ref)}
      />
    </span>
  );
}

function Compared({ before, after }: { before: Version; after: Version }) {
  const t = useT();
  const { data, error, reload } = useData(ComparisonDocument, { before: before.id, after: after.id }, { isMain: true });
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  const node = data.node;
  const comparison =
    node?.__typename === 'ArtifactVersion' || node?.__typename === 'RegistryVersion' ? node.compare : null;
  if (!comparison) return <Notice>{t('artifacts.notComparable')}</Notice>;
  return (
    <div className={styles.column}>
      <UpstreamDifferences upstream={comparison.upstream} before={before.name} after={after.name} />
      <Differences
        title={t('artifacts.metadata')}
        differences={comparison.metadata}
        none={t('artifacts.sameMetadata')}
      />
      <ComparedFiles before={before.id} after={after.id} />
    </div>
  );
}
