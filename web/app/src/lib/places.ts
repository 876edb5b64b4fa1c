// Who is signed in and where they work: asked once, used by many pages.
import { createContext, useContext } from 'react';
import type { ViewerQuery } from '../generated/shell/queries.ts';

export type Viewer = ViewerQuery['viewer'];

export const ViewerContext = createContext<Viewer | null>(null);

/** The viewer; only inside the frame, which asks for it first. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('useViewer is called outside of the frame.');
  return viewer;
}
