import { type ReactNode, useState } from 'react';
import { FilePreview, type PreviewedFile } from '../artifacts/file-preview.tsx';
import { useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { CodeBlock, CopyButton } from '../ui/copy.tsx';
import { Facts } from '../ui/facts.tsx';
import { Time } from '../ui/time.tsx';
import { DiffView } from './diff-view.tsx';
import styles from './run-page.module.css';

const DIFF = 'environment/diff.patch';
const PACKAGES = 'environment/requirements.txt';
const FACTS = 'environment/environment.json';

interface EnvironmentProps {
  run: {
    host: string | null;
    command: string | null;
    gitCommit: string | null;
    gitRemote: string | null;
    startedAt: string;
    finishedAt: string | null;
  };
  files: readonly PreviewedFile[];
}

/** Where a run ran, by which command, and from which state of the code. */
export function Environment({ run, files }: EnvironmentProps) {
  const t = useT();
  const byPath = new Map(files.map((file) => [file.path, file]));
  const diff = byPath.get(DIFF);
  return (
    <section className={styles.document} aria-label={t('runs.environment')}>
      <h2>{t('runs.environment')}</h2>
      <Facts
        rows={[
          [t('runs.started'), <Time key="started" at={run.startedAt} isFull />],
          [t('runs.finished'), run.finishedAt && <Time key="finished" at={run.finishedAt} isFull />],
          [t('runs.host'), run.host],
          [
            t('runs.commit'),
            run.gitCommit && <Commit commit={run.gitCommit} remote={run.gitRemote} isDirty={!!diff} />,
          ],
        ]}
      />
      {run.command && (
        <>
          <h3>{t('runs.command')}</h3>
          <CodeBlock code={run.command} />
        </>
      )}
      <OpenableFile file={diff} label={t('runs.diff')}>
        {(file) => <DiffView file={file} />}
      </OpenableFile>
      <OpenableFile file={byPath.get(PACKAGES)} label={t('runs.packages')} />
      <OpenableFile file={byPath.get(FACTS)} label={t('runs.machine')} />
    </section>
  );
}

/** The revision of the code; a link where its repository has one that is surely harmless. */
function Commit({ commit, remote, isDirty }: { commit: string; remote: string | null; isDirty: boolean }) {
  const t = useT();
  const isWeb = remote !== null && /^https:\/\/[^\s]+$/.test(remote);
  return (
    <span>
      <code>{commit.slice(0, 12)}</code> <CopyButton text={commit} label={t('runs.copyCommit')} />
      {isDirty && <span>{t('runs.dirty')} </span>}
      {isWeb ? (
        <a href={remote} rel="noreferrer noopener" dir="auto">
          {remote}
        </a>
      ) : (
        <span dir="auto">{remote}</span>
      )}
    </span>
  );
}

interface OpenableFileProps {
  file: PreviewedFile | undefined;
  label: string;
  children?: (file: PreviewedFile) => ReactNode;
}

function OpenableFile({ file, label, children }: OpenableFileProps) {
  const [isOpen, setOpen] = useState(false);
  if (!file) return null;
  return (
    <div className={styles.document}>
      <span>
        <Button aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          {isOpen ? '▾' : '▸'} {label}
        </Button>
      </span>
      {isOpen && (children ? children(file) : <FilePreview file={file} />)}
    </div>
  );
}
