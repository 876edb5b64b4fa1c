import { type ComponentType, lazy, type ReactNode, startTransition, useEffect, useState } from 'react';
import { loadPart, PartNotLoadedError } from '../lib/parts.ts';
import { useOnAnswer } from '../lib/service.ts';
import { Unloaded } from './notices.tsx';

type FunctionComponent = (props: never) => ReactNode;
/** The properties of a component. */
export type PropsOf<Shown> = Shown extends (props: infer Props extends object) => ReactNode ? Props : never;

/**
 * A component that is loaded when it is first shown. One that does not arrive leaves the rest of the page as it is, and
 * is asked for again once the service answers; React's own `lazy` keeps a failed import for good.
 */
export function lazyPart<Shown extends FunctionComponent>(
  load: () => Promise<{ default: Shown }>,
  /** What stands in its place until then. */
  Instead: () => ReactNode = Unloaded,
): ComponentType<PropsOf<Shown>> {
  type Props = PropsOf<Shown>;
  // Whether it is known to be lost to whoever looks: a part is asked for again after that, not while it is being shown.
  let isSeenLost = false;
  const Lost = () => {
    useEffect(() => {
      isSeenLost = true;
    }, []);
    return <Instead />;
  };
  const loadOrSay = async (): Promise<{ default: ComponentType<Props> }> => {
    try {
      return (await loadPart(load)) as unknown as { default: ComponentType<Props> };
    } catch (error) {
      if (!(error instanceof PartNotLoadedError)) throw error;
      return { default: Lost };
    }
  };
  let current = lazy(loadOrSay) as ComponentType<Props>;
  const newest = () => {
    if (isSeenLost) current = lazy(loadOrSay) as ComponentType<Props>;
    isSeenLost = false;
    return current;
  };
  return function Part(props: Props) {
    const [Now, show] = useState(newest);
    useOnAnswer(() => startTransition(() => show(newest)));
    return <Now {...props} />;
  };
}
