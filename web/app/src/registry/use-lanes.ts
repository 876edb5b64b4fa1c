// The history of several aliases of one collection, each asked for by itself and all of them shown together.
import { useCallback, useEffect, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import {
  AliasLaneDocument,
  type AliasLaneQuery,
  type AliasLaneQueryVariables,
  type TimelineMoveFragment,
} from '../generated/registry/timeline.ts';
import type { Range } from './timeline.ts';

export interface Lane {
  name: string;
  /** All that stood in the range, newest first. */
  moves: TimelineMoveFragment[];
  /** How many moves there are in the range; more than `moves` when older ones were left out. */
  total: number;
  /** Where the alias pointed at the moment that was asked for; null is nowhere. */
  asOf: { move: TimelineMoveFragment; isProvisional: boolean } | null;
}

export interface Lanes {
  /** Undefined until the first answer; old ones stay while newer are under way. */
  lanes: Lane[] | undefined;
  error: CombinedError | undefined;
  isLoading: boolean;
  reload: () => void;
}

const MOST_PAGES = 5;

/** What is asked of each alias. */
export interface LanesWanted {
  path: string;
  names: readonly string[];
  range: Range;
  /** Whether the range goes on until now, by the clock of the server: the newest moves are never cut off. */
  isUntilNow: boolean;
  /** A moment, as exact as it was given; null is now. */
  asOf: string | null;
}

/** Asks for the moves of aliases in a range, and where each pointed at one moment. */
export function useLanes(wanted: LanesWanted): Lanes {
  const client = useClient();
  const [state, setState] = useState<Omit<Lanes, 'reload'>>({ lanes: undefined, error: undefined, isLoading: true });
  const [round, setRound] = useState(0);
  const key = JSON.stringify({ ...wanted, round });
  useEffect(() => {
    let isNewest = true;
    const asked: LanesWanted = JSON.parse(key);
    setState((before) => ({ ...before, isLoading: true }));
    const askLane = async (name: string) => {
      let lane: Lane | null = null;
      let after: string | null | undefined = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const variables: AliasLaneQueryVariables = {
          path: asked.path,
          name,
          movedAfter: asked.range.start > 0 ? iso(asked.range.start) : null,
          movedBefore: asked.isUntilNow ? null : iso(asked.range.end),
          standing: iso(asked.range.start),
          asOf: asked.asOf,
          after,
        };
        const { data, error } = await client
          .query(AliasLaneDocument, variables, { requestPolicy: 'network-only' })
          .toPromise();
        if (error) throw error;
        const collection: AliasLaneQuery['collection'] = data?.collection ?? null;
        if (!collection) break;
        const found = collection.aliasMoves.edges.map((edge) => edge.node);
        lane = joined(name, lane, collection, found);
        if (!collection.aliasMoves.pageInfo.hasNextPage) return withStanding(lane, collection.standing?.move ?? null);
        after = collection.aliasMoves.pageInfo.endCursor;
      }
      return lane ?? { name, moves: [], total: 0, asOf: null };
    };
    Promise.all(asked.names.map(askLane)).then(
      (lanes) => isNewest && setState({ lanes, error: undefined, isLoading: false }),
      (error: CombinedError) => isNewest && setState((before) => ({ ...before, error, isLoading: false })),
    );
    return () => {
      isNewest = false;
    };
  }, [client, key]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  return { ...state, reload };
}

type Collection = NonNullable<AliasLaneQuery['collection']>;

function joined(name: string, before: Lane | null, collection: Collection, moves: TimelineMoveFragment[]): Lane {
  return {
    name,
    moves: [...(before?.moves ?? []), ...moves],
    total: collection.aliasMoves.totalCount,
    asOf: collection.asOf ? { move: collection.asOf.move, isProvisional: collection.asOf.isProvisional } : null,
  };
}

/** With the move that was made before the range and stood into it. */
function withStanding(lane: Lane, standing: TimelineMoveFragment | null): Lane {
  const isThere = lane.moves.some((move) => move.at === standing?.at);
  return standing && !isThere ? { ...lane, moves: [...lane.moves, standing] } : lane;
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}
