import { useState } from 'react';
import { useLocation } from 'wouter';
import { DeleteDialog } from '../deletion/delete-dialog.tsx';
import { useT } from '../lib/messages.tsx';
import { tabHref } from '../lib/routes.ts';
import { Menu } from '../ui/menu.tsx';
import { mayChange } from './rights.ts';
import type { ShownRun } from './run-page.tsx';

/** What can be done with a run as a whole. */
export function RunActions({ run, onChanged }: { run: ShownRun; onChanged: () => void }) {
  const t = useT();
  const [, navigate] = useLocation();
  const [isDeleting, setDeleting] = useState(false);
  const isRunning = run.state === 'RUNNING';
  if (!mayChange(run)) return null;
  return (
    <>
      <Menu
        label={t('runs.actions')}
        entries={[
          {
            id: 'others',
            label: t('runs.sameJobType'),
            onAction: () =>
              navigate(`${tabHref(run.project.path, 'runs')}?job=${encodeURIComponent(run.jobType ?? '')}`),
            isDisabled: run.jobType === null,
          },
          {
            id: 'delete',
            label: isRunning ? t('runs.deleteRunning') : t('runs.delete'),
            onAction: () => setDeleting(true),
            isDisabled: isRunning,
            isDangerous: true,
          },
        ]}
      >
        ⋯
      </Menu>
      <DeleteDialog
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        onDeleted={() => {
          setDeleting(false);
          onChanged();
        }}
        name={run.name}
        things={{ runs: [run.id] }}
      />
    </>
  );
}
