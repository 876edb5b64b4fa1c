import type { Refusal } from '../lib/mutate.ts';
import { Notice } from './notices.tsx';

/** Why a change was not made, in the server's words, with each rule that it would break. */
export function Refused({ refusal }: { refusal: Refusal | null }) {
  if (!refusal) return null;
  return (
    <div role="alert">
      <Notice tone="danger">
        <span dir="auto">{refusal.message}</span>
        {refusal.unmetRules && refusal.unmetRules.length > 0 && (
          <ul>
            {refusal.unmetRules.map((unmet) => (
              <li key={unmet.rule} dir="auto">
                {unmet.message}
              </li>
            ))}
          </ul>
        )}
      </Notice>
    </div>
  );
}
