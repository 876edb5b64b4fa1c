import { useT } from '../../lib/messages.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Notice } from '../../ui/notices.tsx';
import styles from './masks.module.css';
import type { Colour, MaskGroup, Switches } from './masks.ts';

const MOST_CLASSES = 60;

interface MaskLegendProps {
  groups: readonly MaskGroup[];
  broken: readonly string[];
  switches: Switches;
  colourOf: (number: number) => Colour;
  onChange: (switched: string[]) => void;
}

/** The masks over the images of a key and their classes, each with a switch. */
export function MaskLegend({ groups, broken, switches, colourOf, onChange }: MaskLegendProps) {
  const t = useT();
  return (
    <div className={styles.legend}>
      {groups.map(({ name, place, classes }) => {
        const isOn = switches.hasMask(name);
        return (
          <div key={name} role="group" aria-label={t('runs.maskOf', { name })} className={styles.group}>
            <span className={styles.name} dir="auto">
              <Checkbox isSelected={isOn} onChange={() => onChange(switches.after(name))}>
                {t('runs.maskOf', { name })}
              </Checkbox>
            </span>
            {classes.slice(0, MOST_CLASSES).map((one) => (
              <Checkbox
                key={one.number}
                isSelected={switches.hasClass(name, one)}
                isDisabled={!isOn}
                onChange={() => onChange(switches.after(name, one.number))}
              >
                <Swatch place={place} colour={colourOf(one.number)} /> <bdi>{one.label}</bdi>
              </Checkbox>
            ))}
            {classes.length > MOST_CLASSES && (
              <span className={styles.more}>{t('runs.moreClasses', { count: classes.length - MOST_CLASSES })}</span>
            )}
          </div>
        );
      })}
      {broken.length > 0 && <Notice>{t('runs.brokenMasks', { names: broken.join(', ') })}</Notice>}
    </div>
  );
}

function Swatch({ place, colour }: { place: number; colour: Colour }) {
  const background = `rgb(${colour.join(' ')})`;
  return <span aria-hidden="true" className={`${styles.swatch} ${stripesOf(place)}`} style={{ background }} />;
}

/** How masks over each other are told apart: the first is whole, others are striped. */
export function stripesOf(place: number): string {
  return [styles.whole, styles.rising, styles.falling][Math.min(place, 2)] ?? '';
}
