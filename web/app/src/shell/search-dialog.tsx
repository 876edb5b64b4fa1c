import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { useLocation } from 'wouter';
import { SearchDocument } from '../generated/shell/search.ts';
import { useT } from '../lib/messages.tsx';
import { useData } from '../lib/page-query.tsx';
import { useSettled } from '../lib/patience.ts';
import { Failure } from '../ui/notices.tsx';
import { KindMark, StateMark } from '../ui/state.tsx';
import styles from './search-dialog.module.css';
import { type Hit, hitOf } from './search-hits.ts';

const PAUSE_MS = 120;

/** Finds any project, run, version or collection by name or path, and opens it. */
export function SearchDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const list = useId();
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const asked = useSettled(settledForm(text), PAUSE_MS);
  const { data, error, isLoading } = useData(SearchDocument, { text: asked }, { isPaused: asked === '' });
  const hits = asked === '' || !data ? [] : data.search.map(hitOf);
  const current = Math.min(chosen, hits.length - 1);
  // What is on the screen may still be the answer to the text before: Enter waits for its own.
  const isAnswered = asked === settledForm(text) && !isLoading;
  const [awaited, setAwaited] = useState<'page' | 'lineage' | null>(null);
  const follow = (hit: Hit | undefined, isLineage: boolean) => {
    if (!hit) return;
    onClose();
    navigate((isLineage && hit.lineageHref) || hit.href);
  };
  useEffect(() => {
    if (!awaited || !isAnswered) return;
    setAwaited(null);
    follow(hits[current], awaited === 'lineage');
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') setChosen(Math.min(current + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(current - 1, 0));
    else if (event.key === 'Enter') setAwaited(event.altKey ? 'lineage' : 'page');
    else return;
    event.preventDefault();
  };
  return (
    <ModalOverlay className={styles.overlay} isOpen onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className={styles.modal}>
        <Dialog aria-label={t('frame.search')} className={styles.dialog}>
          <input
            autoFocus
            role="combobox"
            aria-expanded={hits.length > 0}
            aria-controls={list}
            aria-activedescendant={hits[current] ? `${list}-${current}` : undefined}
            aria-label={t('search.field')}
            placeholder={t('search.field')}
            className={styles.input}
            value={text}
            maxLength={256}
            dir="auto"
            onChange={(event) => {
              setText(event.target.value);
              setChosen(0);
              setAwaited(null);
            }}
            onKeyDown={onKeyDown}
          />
          {error && <Failure error={error} />}
          <div id={list} role="listbox" aria-label={t('search.found')} className={styles.list}>
            {hits.map((hit, index) => (
              <HitLine
                key={hit.id}
                id={`${list}-${index}`}
                hit={hit}
                isChosen={index === current}
                onChoose={(isLineage) => follow(hit, isLineage)}
              />
            ))}
          </div>
          <p role="status" className={styles.hint}>
            {asked !== '' && !isLoading && !error && hits.length === 0 ? t('search.nothing') : t('search.keys')}
          </p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface HitLineProps {
  id: string;
  hit: Hit;
  isChosen: boolean;
  onChoose: (isLineage: boolean) => void;
}

function HitLine({ id, hit, isChosen, onChoose }: HitLineProps) {
  const t = useT();
  const { found } = hit;
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isChosen) line.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys of all options.
    <div
      ref={line}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      className={styles.hit}
      onClick={(event) => onChoose(event.altKey)}
    >
      <span className={styles.kind}>{t(hit.kind)}</span>
      {found.__typename === 'Run' && <StateMark state={found.state} isSignOnly />}
      {'aliases' in found && <KindMark kind={found.kind} />}
      <span className={styles.name} dir="auto">
        {hit.name}
      </span>
      <span className={styles.note} dir="auto">
        {hit.note}
      </span>
    </div>
  );
}

function settledForm(text: string): string {
  return text.normalize('NFKC').trim();
}
