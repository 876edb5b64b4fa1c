import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { DeleteDialog } from '../deletion/delete-dialog.tsx';
import { ProjectSettingsDocument, UpdateProjectDocument } from '../generated/settings/queries.ts';
import { useT } from '../lib/messages.tsx';
import { useChange } from '../lib/mutate.ts';
import { useData } from '../lib/page-query.tsx';
import { hrefOf, tabHref } from '../lib/routes.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Failure, Loading, Notice } from '../ui/notices.tsx';
import styles from './settings.module.css';

/** The name and description of a project, and its deletion. */
export function ProjectSettings({ projectPath }: { projectPath: string }) {
  const t = useT();
  const [, navigate] = useLocation();
  const { data, error, reload } = useData(ProjectSettingsDocument, { path: projectPath }, { isMain: true });
  const { run, isRunning, refusal } = useChange(UpdateProjectDocument);
  const project = data?.project;
  const [description, setDescription] = useState('');
  const [isDeleting, setDeleting] = useState(false);
  const [entity = '', oldName = ''] = projectPath.split('/');
  const [name, setName] = useState(oldName);
  useEffect(() => setDescription(project?.description ?? ''), [project?.description]);
  if (error) return <Failure error={error} onRetry={reload} />;
  if (!project) return <Loading />;
  const mayWrite = project.entity.viewerRole === 'MEMBER' || project.entity.viewerRole === 'ADMIN';
  const save = async () => {
    // What stays the same is not sent: a new name takes an admin, a new description does not.
    const isRenamed = name.trim() !== oldName;
    const { payload } = await run({
      projectId: project.id,
      changes: { description, ...(isRenamed && { name: name.trim() }) },
      expected: { description: project.description, ...(isRenamed && { name: oldName }) },
    });
    if (!payload) return;
    if (payload.project.path === projectPath) reload();
    else navigate(tabHref(payload.project.path, 'settings'), { replace: true });
  };
  const isChanged = name.trim() !== oldName || description !== project.description;
  return (
    <div className={styles.form}>
      {!mayWrite && <Notice tone="info">{t('settings.onlyMembers')}</Notice>}
      {refusal && <Notice tone="danger">{refusal.message}</Notice>}
      <TextField label={t('entity.name')} value={name} onChange={setName} hint={t('settings.renameHint')} />
      <TextField label={t('entity.description')} value={description} onChange={setDescription} rows={5} />
      <span>
        <Button
          look="primary"
          isDisabled={!mayWrite || !isChanged || !name.trim() || isRunning}
          onPress={() => void save()}
        >
          {t('ui.save')}
        </Button>
      </span>
      {project.entity.viewerRole === 'ADMIN' && (
        <span>
          <Button look="danger" onPress={() => setDeleting(true)}>
            {t('settings.deleteProject')}
          </Button>
        </span>
      )}
      <DeleteDialog
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        onDeleted={() => navigate(hrefOf(entity))}
        name={projectPath}
        things={{ projects: [project.id] }}
      />
    </div>
  );
}
