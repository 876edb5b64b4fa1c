import type { Card, Scene } from './scene.ts';

interface SpokenCardsProps {
  /** Those on the screen. */
  cards: readonly Card[];
  selected: string | null;
  scene: Scene;
  elementId: (id: string) => string;
}

/** The cards on the screen as elements, for those who hear the graph; the selected one always among them. */
export function SpokenCards({ cards, selected, scene, elementId }: SpokenCardsProps) {
  // A new scene may have come since the cards were looked up.
  const ids = new Set([...(selected ? [selected] : []), ...cards.map((card) => card.id)]);
  const all = [...ids].flatMap((id) => scene.byId.get(id) ?? []);
  return (
    <ul className="visually-hidden">
      {all.map((card) => (
        <li key={card.id} id={elementId(card.id)} aria-current={card.id === selected ? 'true' : undefined} dir="auto">
          {card.spoken}
        </li>
      ))}
    </ul>
  );
}
