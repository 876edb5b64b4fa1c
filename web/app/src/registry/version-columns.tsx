import { Link } from 'wouter';
import { type Translate, useT } from '../lib/messages.tsx';
import { hrefOf, runHref } from '../lib/routes.ts';
import { AliasChips } from '../ui/chips.tsx';
import type { Column } from '../ui/data-table.tsx';
import { Menu } from '../ui/menu.tsx';
import { StateMark } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { LineageMarkOf } from './lineage-mark.tsx';
import type { ModelDialog } from './model-dialogs.tsx';
import { latestLast, type Place, type Right } from './place.ts';
import { Value } from './promote-facts.tsx';
import { metricOf } from './promotion.ts';
import { RecallMarks } from './recall-marks.tsx';
import styles from './registry.module.css';
import { metricKey } from './version-order.ts';
import type { Version } from './versions-tab.tsx';

interface ColumnsWanted {
  metrics: readonly string[];
  place: Place;
  right: Right;
  onOpen: (dialog: ModelDialog) => void;
}

/** The columns of a registered model's versions, with one for each chosen metric. */
export function useVersionColumns({ metrics, place, right, onOpen }: ColumnsWanted): Column<Version>[] {
  const t = useT();
  return [
    {
      id: 'version',
      label: t('registry.version'),
      width: '92px',
      isKey: true,
      sortKey: 'INDEX',
      render: (version) => (
        <Link href={hrefOf(version.path)} title={version.name}>
          v{version.index}
        </Link>
      ),
    },
    {
      id: 'aliases',
      label: t('registry.aliases'),
      width: 'minmax(200px, 1.8fr)',
      isKey: true,
      render: (version) => (
        <AliasChips
          names={latestLast(version.aliases)}
          isProtected={(name) => place.protectedAliases.has(name)}
          limit={2}
        />
      ),
    },
    ...originColumns(t),
    ...metrics.map(
      (name): Column<Version> => ({
        id: `metric ${name}`,
        label: name,
        width: 'minmax(84px, 120px)',
        isNumeric: true,
        sortKey: metricKey(name),
        render: (version) => <Value value={metricOf(version, name)} />,
      }),
    ),
    ...judgementColumns(t),
    ...(right === 'read' ? [] : [actionColumn(t, onOpen)]),
  ];
}

function originColumns(t: Translate): Column<Version>[] {
  return [
    {
      id: 'source',
      label: t('registry.source'),
      width: 'minmax(140px, 2fr)',
      render: ({ source }) =>
        source ? (
          <Link href={hrefOf(source.path)} title={source.path} dir="auto">
            {source.name}
          </Link>
        ) : (
          <span className={styles.note}>{t('registry.hiddenSource')}</span>
        ),
    },
    {
      id: 'run',
      label: t('registry.run'),
      width: 'minmax(140px, 1.4fr)',
      render: ({ producedBy }) => {
        const run = producedBy.edges[0]?.node;
        if (!run) return <span className={styles.note}>{t('ui.none')}</span>;
        return (
          <>
            <StateMark state={run.state} isSignOnly />
            <Link href={runHref(run.path)} dir="auto">
              {run.name}
            </Link>
          </>
        );
      },
    },
  ];
}

function judgementColumns(t: Translate): Column<Version>[] {
  return [
    {
      id: 'linked',
      label: t('registry.linked'),
      width: 'minmax(150px, 160px)',
      render: (version) => (
        <>
          <Time at={'linkedAt' in version ? version.linkedAt : version.createdAt} />
          {'linkedBy' in version && version.linkedBy && <span className={styles.note}>{version.linkedBy.name}</span>}
        </>
      ),
    },
    {
      id: 'recalls',
      label: t('registry.recalls'),
      width: 'minmax(150px, 1fr)',
      isKey: true,
      render: ({ recalls }) =>
        recalls.length ? <RecallMarks recalls={recalls} /> : <span className={styles.note}>{t('ui.none')}</span>,
    },
    {
      id: 'lineage',
      label: t('registry.lineage'),
      width: 'minmax(110px, 130px)',
      render: (version) => <LineageMarkOf versionId={version.id} />,
    },
  ];
}

function actionColumn(t: Translate, onOpen: (dialog: ModelDialog) => void): Column<Version> {
  return {
    id: 'actions',
    label: t('registry.actions'),
    width: '80px',
    render: (version) => (
      <Menu
        look="quiet"
        label={t('registry.actionsOf', { version: `v${version.index}` })}
        entries={[
          {
            id: 'promote',
            label: t('registry.promoteButton'),
            onAction: () => onOpen({ kind: 'promote', versionId: version.id }),
          },
          {
            id: 'recall',
            label: t('recall.recallThis'),
            onAction: () => onOpen({ kind: 'recall', versionId: version.id }),
          },
          {
            id: 'unlink',
            label: t('registry.unlink'),
            isDangerous: true,
            onAction: () => onOpen({ kind: 'unlink', versionId: version.id, name: version.name }),
          },
        ]}
      >
        …
      </Menu>
    ),
  };
}
