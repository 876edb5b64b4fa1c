import { formatNumber } from '../lib/format.ts';
import { useLanguage, useT } from '../lib/messages.tsx';
import { asNumber, asText, isMedium } from './documents.ts';

const LONGEST = 300;

/** A value of a config or a summary in a line: numbers in short with the whole one on hover, media by their kind. */
export function Value({ value }: { value: unknown }) {
  const t = useT();
  const { locale } = useLanguage();
  if (value === undefined) return <span aria-hidden="true">{t('ui.none')}</span>;
  if (isMedium(value)) return <span title={asText(value.path)}>{t('runs.medium', { kind: value._type })}</span>;
  const number = asNumber(value);
  if (number !== null) return <span title={String(number)}>{formatNumber(number, locale)}</span>;
  const text = asText(value);
  return (
    <span dir="auto" title={text.length > 40 ? text.slice(0, 2000) : undefined}>
      {text.slice(0, LONGEST)}
      {text.length > LONGEST && ' …'}
    </span>
  );
}
