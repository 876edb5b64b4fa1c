// What the moves of the reader ask for: the neighbours of a node, or all that lies on one side of it.
import { useEffect, useMemo, useRef, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { LineageDocument, type LineageQuery, type LineageQueryVariables } from '../generated/lineage/queries.ts';
import type { Move, Steps } from './explorer-state.ts';

type Answer = NonNullable<LineageQuery['node']>;
export type Filters = Omit<LineageQueryVariables, 'id' | 'direction' | 'depth' | 'up' | 'down'>;

/** What the moves ask for, each once for the same filters. */
export function useMoves(moves: readonly Move[], filters: Filters) {
  const client = useClient();
  const [answers, setAnswers] = useState<Answers>(new Map());
  const [error, setError] = useState<CombinedError | undefined>();
  const asked = useRef(new Set<string>());
  const [round, setRound] = useState(0);
  const key = JSON.stringify(filters);
  const wanted = useMemo(() => moves.filter(isAsking).map((move) => ({ move, name: nameOf(key, move) })), [moves, key]);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again.
  useEffect(() => {
    const requestPolicy = round > 0 ? 'network-only' : 'cache-and-network';
    for (const { move, name } of wanted) {
      if (asked.current.has(name)) continue;
      asked.current.add(name);
      const variables = { ...JSON.parse(key), ...moveSteps(move) } as LineageQueryVariables;
      void client
        .query(LineageDocument, variables, { requestPolicy })
        .toPromise()
        .then((result) => {
          if (result.error) {
            asked.current.delete(name);
            setError(result.error);
          } else {
            // A node that went away in the meantime adds nothing.
            const answer = compactOf(result.data?.node);
            setAnswers((before) =>
              before.has(name) && isSame(before.get(name), answer) ? before : new Map(before).set(name, answer),
            );
          }
        });
    }
  }, [client, key, wanted, attempt, round]);

  return {
    answerTo: (move: Move) => answers.get(nameOf(key, move)),
    /** Another object when there are other answers. */
    version: answers,
    error,
    isLoading: !error && wanted.some(({ name }) => !answers.has(name)),
    /** Asks all of it again, and keeps what is there until then. */
    reload: () => {
      asked.current.clear();
      setRound((count) => count + 1);
    },
    retry: () => {
      setError(undefined);
      setAttempt((count) => count + 1);
    },
  };
}

type Answers = ReadonlyMap<string, unknown>;

function nameOf(filters: string, move: Move): string {
  return `${move.id}.${move.kind} ${filters}`;
}

function isAsking(move: Move): boolean {
  return move.kind !== 'fold' && move.kind !== 'hide';
}

function moveSteps({ id, kind }: Move) {
  const depth: Steps = kind === 'up' || kind === 'down' ? 1 : 'all';
  return kind === 'up' || kind === 'allUp' ? around(id, depth, 0) : around(id, 0, depth);
}

export function around(id: string, up: Steps, down: Steps) {
  const edges = (steps: Steps) => (steps === 'all' ? null : steps);
  // Without an end on one side, the other's number stands for itself.
  return { id, direction: 'BOTH' as const, depth: null, up: edges(up), down: edges(down) };
}

/** Whether two answers of the service say the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** The lineage of a node by columns; undefined when there is no such node. */
export function compactOf(node: Answer | null | undefined): unknown {
  return node && 'lineage' in node ? node.lineage.compact : undefined;
}
