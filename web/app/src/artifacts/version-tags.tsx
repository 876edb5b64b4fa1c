import { ChangeVersionDocument } from '../generated/artifacts/version-changes.ts';
import { useChange } from '../lib/mutate.ts';
import { TagEditor } from '../ui/tag-editor.tsx';
import { useRights } from './rights.ts';
import type { ShownVersion } from './version-page.tsx';

/** The tags of a version; those of a link are its source's and are changed there. */
export function VersionTags({ version }: { version: ShownVersion }) {
  const { canWrite } = useRights(version.collection.container);
  const { run } = useChange(ChangeVersionDocument);
  const canEdit = canWrite && version.__typename === 'ArtifactVersion' && !version.isDeleted;
  return (
    <TagEditor
      tags={version.tags}
      canEdit={canEdit}
      onChange={async (tags) =>
        (await run({ versionId: version.id, tags, expected: { tags: [...version.tags] } })).refusal
      }
    />
  );
}
