import { useT } from '../lib/messages.tsx';
import { Select } from '../ui/field.tsx';

interface VersionFieldProps {
  model: { versions: { edges: readonly { node: { id: string; index: number; aliases: readonly string[] } }[] } };
  value: string | null;
  onChange: (id: string) => void;
}

/** Chooses one of the newest versions of a registered model. */
export function VersionField({ model, value, onChange }: VersionFieldProps) {
  const t = useT();
  return (
    <Select
      label={t('registry.version')}
      value={value}
      placeholder={t('registry.noVersions')}
      options={model.versions.edges.map(({ node }) => ({
        value: node.id,
        label: `v${node.index}`,
        hint: node.aliases.join(', '),
      }))}
      onChange={onChange}
    />
  );
}
