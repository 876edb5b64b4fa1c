import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { useMemo } from 'react';
import styles from './markdown.module.css';

// HTML in the text stays text. DOMPurify is the second lock on the same door.
const parser = new MarkdownIt({ html: false, linkify: true });
// A page has one heading of the first level, its own: those of a text are a level deeper.
parser.core.ruler.push('deeper_headings', ({ tokens }) => {
  for (const token of tokens) {
    if (/^h[1-5]$/.test(token.tag)) token.tag = `h${Number(token.tag[1]) + 1}`;
  }
});
const ALLOWED_TAGS =
  'p br hr h1 h2 h3 h4 h5 h6 strong em s code pre blockquote ul ol li a table thead tbody tr th td'.split(' ');

export default function MarkdownRendered({ text }: { text: string }) {
  const html = useMemo(
    () => DOMPurify.sanitize(parser.render(text), { ALLOWED_TAGS, ALLOWED_ATTR: ['href', 'title', 'start'] }),
    [text],
  );
  return <div className={styles.markdown} dir="auto" dangerouslySetInnerHTML={{ __html: html }} />;
}
