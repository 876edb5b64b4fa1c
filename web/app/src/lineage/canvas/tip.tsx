import type { Point } from './gestures.ts';
import styles from './graph-canvas.module.css';
import type { Card } from './scene.ts';

const WIDTH = 340;
const BESIDE = 14;

/** The whole of what a card may show cut. Screen readers have it in the card's own name. */
export function Tip({ card, at, width }: { card: Card; at: Point; width: number }) {
  const left = Math.max(0, Math.min(at.x + BESIDE, width - WIDTH));
  return (
    <div className={styles.tip} style={{ left, top: at.y + BESIDE }} aria-hidden="true">
      <bdi>{card.name}</bdi>{' '}
      <span>
        <bdi>{card.caption}</bdi>
        {card.chips.length > 0 && <> · {card.chips.map((chip) => chip.text).join(', ')}</>}
      </span>
    </div>
  );
}
