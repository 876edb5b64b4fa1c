import { SeriesEventsDocument, type SeriesEventsQuery } from '../generated/artifacts/version.ts';
import { useT } from '../lib/messages.tsx';
import { usePages } from '../lib/pages.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Failure, Loading } from '../ui/notices.tsx';
import { Time } from '../ui/time.tsx';
import styles from './artifacts.module.css';
import { describeEvent, isAbout } from './events.ts';

type Event = SeriesEventsQuery['events']['edges'][number]['node'];

/** What happened to a series and its versions, newest first. What concerns the version shown is set off. */
export function SeriesEvents({ collectionPath, versionId }: { collectionPath: string; versionId: string }) {
  const t = useT();
  const pages = usePages(SeriesEventsDocument, { collection: collectionPath }, (data) => data.events);
  if (pages.error) return <Failure error={pages.error} onRetry={pages.reload} />;
  if (!pages.items.length) return pages.isLoading ? <Loading lines={3} /> : null;
  const columns: Column<Event>[] = [
    {
      id: 'at',
      label: t('artifacts.when'),
      width: '180px',
      isKey: true,
      render: (event) => <Time at={event.at} isFull />,
    },
    {
      id: 'what',
      label: t('artifacts.what'),
      width: 'minmax(200px, 3fr)',
      isKey: true,
      render: (event) => {
        const { key, detail } = describeEvent(event);
        return (
          <span dir="auto">
            {isAbout(event, versionId) ? <strong>{t(key)}</strong> : t(key)} <code>{detail}</code>
          </span>
        );
      },
    },
    { id: 'kind', label: t('artifacts.eventKind'), render: (event) => <code>{event.kind}</code> },
    { id: 'by', label: t('artifacts.by'), isKey: true, render: (event) => <span dir="auto">{event.by?.name}</span> },
  ];
  return (
    <section className={styles.block}>
      <h2>{t('artifacts.events')}</h2>
      <DataTable
        label={t('artifacts.events')}
        rows={pages.items}
        columns={columns}
        rowKey={(event) => event.id}
        hasMore={pages.hasMore}
        isLoading={pages.isLoading}
        onMore={pages.more}
      />
    </section>
  );
}
