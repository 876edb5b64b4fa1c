import { Suspense } from 'react';
import { VersionPageDocument, type VersionPageQuery } from '../generated/artifacts/version.ts';
import { formatCount } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { type Route, tabHref } from '../lib/routes.ts';
import { AwaitedPage } from '../shell/awaited-page.tsx';
import { MissingPage } from '../shell/not-found.tsx';
import { Page, PageToCome } from '../shell/page.tsx';
import { lazyPart } from '../ui/lazy-part.tsx';
import { Loading } from '../ui/notices.tsx';
import { KindMark } from '../ui/state.tsx';
import { AliasEditor } from './alias-editor.tsx';
import { AnswerLine } from './answer-line.tsx';
import { DeletedNotice } from './deleted-notice.tsx';
import { FilesView } from './files-view.tsx';
import { HistoryView } from './history-view.tsx';
import { MetadataView } from './metadata-view.tsx';
import { RecallNotices } from './recall-notices.tsx';
import { RefLine } from './ref-line.tsx';
import { UsageView } from './usage-view.tsx';
import { VersionActions } from './version-actions.tsx';
import { VersionOverview } from './version-overview.tsx';
import { VersionTags } from './version-tags.tsx';

const LineageExplorer = lazyPart(() =>
  import('../lineage/explorer.tsx').then((module) => ({ default: module.LineageExplorer })),
);

export type ShownVersion = NonNullable<VersionPageQuery['artifact']>;
type VersionRoute = Extract<Route, { page: 'version' }>;

/** An artifact version or a registry version, named by number, alias, alias at a time, or digest. */
export default function VersionPage({ route }: { route: VersionRoute }) {
  const t = useT();
  const path = `${route.entity}/${route.container}/${route.name}:${route.ref}`;
  const { data, error, reload } = useData(VersionPageDocument, { path }, { isMain: true });
  if (error) return <AwaitedPage title={`${route.name}:${route.ref}`} error={error} onRetry={reload} />;
  if (!data) return <PageToCome />;
  if (!data.artifact) {
    return <MissingPage name={`${route.name}:${route.ref}`} what="artifacts.missingVersion" />;
  }
  return <Shown key={data.artifact.id} version={data.artifact} path={path} route={route} t={t} reload={reload} />;
}

interface ShownProps {
  version: ShownVersion;
  /** As it was asked for: with the alias, where that was the name. */
  path: string;
  route: VersionRoute;
  t: ReturnType<typeof useT>;
  reload: () => void;
}

function Shown({ version, path, route, t, reload }: ShownProps) {
  const { locale } = useLanguage();
  const tab = route.tab || 'overview';
  const files = formatCount(version.fileCount, locale);
  const tabs = [
    { id: 'overview', label: t('artifacts.overview'), href: tabHref(path) },
    { id: 'metadata', label: t('artifacts.metadata'), href: tabHref(path, 'metadata') },
    { id: 'files', label: t('artifacts.files'), href: tabHref(path, 'files'), note: files },
    { id: 'usage', label: t('artifacts.usage'), href: tabHref(path, 'usage') },
    { id: 'history', label: t('artifacts.history'), href: tabHref(path, 'history') },
    { id: 'lineage', label: t('artifacts.lineage'), href: tabHref(path, 'lineage') },
  ];
  return (
    <Page
      title={version.name}
      marks={
        <>
          <KindMark kind={version.kind} />
          <span dir="auto">{version.type}</span>
          <AliasEditor version={version} onMoved={reload} />
          <VersionTags version={version} />
        </>
      }
      answer={
        <>
          <RefLine version={version} reference={route.ref} path={path} /> <AnswerLine version={version} />
        </>
      }
      actions={<VersionActions version={version} reload={reload} />}
      tabs={tabs}
      tab={tab}
      isFull={tab === 'lineage'}
    >
      {version.isDeleted && <DeletedNotice version={version} onRestored={reload} />}
      <RecallNotices version={version} />
      {tab === 'overview' && <VersionOverview version={version} />}
      {tab === 'metadata' && <MetadataView version={version} />}
      {tab === 'files' && <FilesView version={version} />}
      {tab === 'usage' && <UsageView version={version} reference={route.ref} />}
      {tab === 'history' && <HistoryView version={version} />}
      {tab === 'lineage' && (
        <Suspense fallback={<Loading />}>
          <LineageExplorer focusId={version.id} focusPath={version.path} kind={version.kind} isFull />
        </Suspense>
      )}
    </Page>
  );
}
