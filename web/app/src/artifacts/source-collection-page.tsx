import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { DeleteDialog } from '../deletion/delete-dialog.tsx';
import {
  ChangeCollectionDocument,
  SourceCollectionDocument,
  type SourceCollectionQuery,
} from '../generated/artifacts/collection.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { hrefOf, type Route, tabHref } from '../lib/routes.ts';
import { AwaitedPage } from '../shell/awaited-page.tsx';
import { MissingPage } from '../shell/not-found.tsx';
import { Page, PageToCome } from '../shell/page.tsx';
import { EditableText } from '../ui/editable-text.tsx';
import { Menu } from '../ui/menu.tsx';
import { KindMark } from '../ui/state.tsx';
import { TagEditor } from '../ui/tag-editor.tsx';
import { AliasHistory } from './alias-history.tsx';
import { AliasesNow } from './aliases-now.tsx';
import { CollectionFacts } from './collection-facts.tsx';
import { CollectionVersions } from './collection-versions.tsx';
import { RenameCollection } from './rename-collection.tsx';
import { useRights } from './rights.ts';

export type SourceCollection = NonNullable<SourceCollectionQuery['collection']>;

interface SourceCollectionPageProps {
  route: Extract<Route, { page: 'collection' }>;
  /** What the dispatch found under the path. */
  collection: { path: string };
}

/** A series of artifact versions that runs log into. */
export function SourceCollectionPage({ route, collection: { path } }: SourceCollectionPageProps) {
  const t = useT();
  const { data, error, reload } = useData(SourceCollectionDocument, { path }, { isMain: true });
  if (error) return <AwaitedPage title={route.name} error={error} onRetry={reload} />;
  if (!data) return <PageToCome />;
  if (!data.collection) {
    return <MissingPage name={route.name} what="artifacts.missingCollection" />;
  }
  return <Shown collection={data.collection} tab={route.tab || 'versions'} key={data.collection.id} t={t} />;
}

function Shown({ collection, tab, t }: { collection: SourceCollection; tab: string; t: ReturnType<typeof useT> }) {
  const [, navigate] = useLocation();
  const rights = useRights(collection.container);
  const change = useChange(ChangeCollectionDocument);
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const latest = collection.aliases.find((alias) => alias.name === 'latest');
  const tabs = useMemo(
    () => [
      {
        id: 'versions',
        label: t('artifacts.versions'),
        href: hrefOf(collection.path),
        note: String(collection.versions.totalCount),
      },
      {
        id: 'aliases',
        label: t('artifacts.aliases'),
        href: tabHref(collection.path, 'aliases'),
        note: String(collection.aliases.length),
      },
      { id: 'about', label: t('artifacts.about'), href: tabHref(collection.path, 'about') },
    ],
    [t, collection],
  );
  return (
    <Page
      title={collection.name}
      marks={
        <>
          <KindMark kind="ARTIFACT_VERSION" />
          <span dir="auto">{collection.type}</span>
          <TagEditor
            tags={collection.tags}
            canEdit={rights.canWrite}
            onChange={async (tags) =>
              (
                await change.run({
                  collectionId: collection.id,
                  changes: { tags },
                  expected: { tags: [...collection.tags] },
                })
              ).refusal
            }
          />
        </>
      }
      answer={
        latest
          ? t('artifacts.collectionAnswer', {
              count: collection.versions.totalCount,
              latest: `v${latest.version.index}`,
            })
          : t('artifacts.noVersions')
      }
      actions={
        rights.canWrite && (
          <Menu
            label={t('artifacts.actions')}
            entries={[
              { id: 'rename', label: t('artifacts.rename'), onAction: () => setOpen('rename') },
              { id: 'delete', label: t('artifacts.delete'), onAction: () => setOpen('delete'), isDangerous: true },
            ]}
          >
            {t('artifacts.actions')} ▾
          </Menu>
        )
      }
      tabs={tabs}
      tab={tab}
    >
      {tab === 'versions' && (
        <>
          <EditableText
            label={t('artifacts.description')}
            text={collection.description}
            placeholder={t('artifacts.noDescription')}
            canEdit={rights.canWrite}
            onSave={async (description, known) =>
              (
                await change.run({
                  collectionId: collection.id,
                  changes: { description },
                  expected: { description: known },
                })
              ).refusal
            }
          />
          <CollectionVersions collection={collection} />
        </>
      )}
      {tab === 'aliases' && (
        <>
          <AliasesNow collection={collection} />
          <AliasHistory
            collectionId={collection.id}
            aliases={[...collection.aliases.map((alias) => alias.name), ...collection.formerAliases]}
          />
        </>
      )}
      {tab === 'about' && <CollectionFacts collection={collection} canWrite={rights.canWrite} />}
      <RenameCollection collection={collection} isOpen={open === 'rename'} onClose={() => setOpen(null)} />
      <DeleteDialog
        isOpen={open === 'delete'}
        onClose={() => setOpen(null)}
        onDeleted={() => navigate(tabHref(collection.container.path, 'artifacts'))}
        name={collection.name}
        things={{ collections: [collection.id] }}
      />
    </Page>
  );
}
