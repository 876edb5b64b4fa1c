import { Suspense } from 'react';
import { lazyPart } from './lazy-part.tsx';

const Rendered = lazyPart(() => import('./markdown-rendered.tsx'));

/** A text that somebody wrote in Markdown. Nothing in it can run, load or look like a part of the page. */
export function Markdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<p dir="auto">{text}</p>}>
      <Rendered text={text} />
    </Suspense>
  );
}
