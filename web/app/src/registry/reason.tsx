import { useT } from '../lib/messages.tsx';
import { proposalIn } from './promotion.ts';

/** Why a move was made. The long id of a proposal that it names becomes a word; the whole text is the title. */
export function Reason({ text }: { text: string }) {
  const t = useT();
  const found = proposalIn(text);
  if (!found) {
    return (
      <span dir="auto" title={text}>
        {text}
      </span>
    );
  }
  const shown = found.reason ? t('registry.byProposalFor', { reason: found.reason }) : t('registry.byProposal');
  return (
    <span dir="auto" title={text}>
      {shown}
    </span>
  );
}
