import { useT } from '../lib/messages.tsx';
import { Facet } from '../ui/facet.tsx';

interface ColumnPickerProps {
  available: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Chooses which values of configs and summaries are columns, from those that the listed runs have. */
export function ColumnPicker({ available, chosen, onChange }: ColumnPickerProps) {
  const t = useT();
  const ordered = [...available].sort((one, other) => one.localeCompare(other));
  return (
    <Facet
      label={t('runs.columns')}
      options={ordered.map((key) => ({ value: key, label: key }))}
      chosen={chosen}
      onChange={onChange}
      isQuiet
    />
  );
}
