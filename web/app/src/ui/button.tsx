import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { Link } from 'wouter';
import styles from './button.module.css';

export type Look = 'plain' | 'primary' | 'danger' | 'quiet';

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style'> {
  look?: Look;
  children: ReactNode;
}

export function Button({ look = 'plain', ...rest }: ButtonProps) {
  return <AriaButton {...rest} className={`${styles.button} ${styles[look]}`} />;
}

interface LinkButtonProps {
  href: string;
  look?: Look;
  label?: string;
  children: ReactNode;
}

/** A link that looks like a button: it leads to a place, and opens in a new tab as any link does. */
export function LinkButton({ href, look = 'plain', label, children }: LinkButtonProps) {
  return (
    <Link href={href} className={`${styles.button} ${styles[look]}`} aria-label={label}>
      {children}
    </Link>
  );
}
