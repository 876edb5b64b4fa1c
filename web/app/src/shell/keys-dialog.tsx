import { useState } from 'react';
import { areSingleKeysOn, setSingleKeys } from '../lib/keys.ts';
import { type MessageKey, useT } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Checkbox } from '../ui/field.tsx';
import styles from './keys-dialog.module.css';

const KEYS: readonly (readonly [MessageKey, readonly (readonly [string, MessageKey])[]])[] = [
  [
    'keys.everywhere',
    [
      ['/  Ctrl-K', 'keys.search'],
      ['g h', 'keys.home'],
      ['g p', 'keys.project'],
      ['g r', 'keys.registry'],
      ['g s', 'keys.settings'],
      ['q', 'keys.query'],
      ['.', 'keys.copyPath'],
      ['[  ]', 'keys.tabs'],
      ['?', 'keys.help'],
    ],
  ],
  [
    'keys.lists',
    [
      ['j k  ↑ ↓', 'keys.rows'],
      ['↵', 'keys.open'],
      ['x', 'keys.mark'],
      ['c', 'keys.compare'],
      ['m', 'keys.promote'],
    ],
  ],
  [
    'keys.graph',
    [
      ['← → ↑ ↓', 'keys.neighbour'],
      ['↵', 'keys.panel'],
      ['o', 'keys.openNode'],
      ['Shift-← Shift-→', 'keys.expand'],
      ['u', 'keys.fold'],
      ['p', 'keys.path'],
      ['i', 'keys.impact'],
      ['t', 'keys.table'],
      ['n N', 'keys.match'],
      ['f  0 + −', 'keys.zoom'],
    ],
  ],
];

export function KeysDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useT();
  const [isOn, setOn] = useState(areSingleKeysOn);
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={t('frame.keys')}
      isDismissable
      actions={<Button onPress={onClose}>{t('ui.close')}</Button>}
    >
      {KEYS.map(([place, keys]) => (
        <section key={place}>
          <h3>{t(place)}</h3>
          <dl className={styles.keys}>
            {keys.map(([key, meaning]) => (
              <div key={key} className={styles.key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{t(meaning)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <Checkbox
        isSelected={isOn}
        onChange={(next) => {
          setSingleKeys(next);
          setOn(next);
        }}
      >
        {t('keys.single')}
      </Checkbox>
    </Dialog>
  );
}
