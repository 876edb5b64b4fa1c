import { useEffect, useState } from 'react';
import { useT } from '../lib/messages.tsx';
import { Button } from './button.tsx';
import styles from './copy.module.css';
import { Icon } from './icons.tsx';

const SHOWN_MS = 1500;

/** Copies a text and says so. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useT();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <>
      <Button
        look="quiet"
        aria-label={label ?? t('ui.copy')}
        onPress={() => void copyText(text).then(() => setCopied(true))}
      >
        <Icon name={isCopied ? 'check' : 'copy'} />
      </Button>
      <span role="status" className="visually-hidden">
        {isCopied ? t('ui.copied') : ''}
      </span>
    </>
  );
}

/** Lines of code that can be copied whole. */
export function CodeBlock({ code }: { code: string }) {
  return (
    <div className={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className={styles.code} tabIndex={0}>
        <code>{code}</code>
      </pre>
      <CopyButton text={code} />
    </div>
  );
}

/** Writes to the clipboard; over plain HTTP, where browsers have none, by a selection. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
