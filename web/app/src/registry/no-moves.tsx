import { useT } from '../lib/messages.tsx';
import { Empty } from '../ui/notices.tsx';

/** The timeline of a model without versions: how it comes to have one. */
export function NoMoves({ path }: { path: string }) {
  const t = useT();
  const code = [
    'import headwater',
    `api = headwater.Api(base_url="${window.location.origin}")`,
    'version = api.artifact("my-project/my-model:latest")',
    `version.link(${JSON.stringify(path)})`,
    `api.collection(${JSON.stringify(path)}).move_alias("production", "v0", reason="first release")`,
  ].join('\n');
  return (
    <Empty title={t('timeline.noMoves')} code={code}>
      {t('timeline.noMovesHint')}
    </Empty>
  );
}
