// What happens on the server, as it happens: by a WebSocket, else by asking every few seconds. Pages only learn that
// something changed in their entity and ask their own queries again, so nothing is put together here.
import { type DocumentNode, print } from 'graphql';
import { CloseCode, createClient } from 'graphql-ws';
import { createContext, useContext, useEffect, useRef, useState } from 'react';
import { type Client, useClient } from 'urql';
import { EventsAfterDocument, LastEventDocument, LiveDocument, type LiveSubscription } from '../generated/lib/live.ts';
import { askService } from './service.ts';

export type Liveness = 'off' | 'live' | 'polling';

const POLL_MS = 5_000;
const QUIET_MS = 400;
const LONGEST_PAUSE_MS = 30_000;

/** Called with the kinds of the events since the last call, a moment after the newest. */
type Listener = (kinds: readonly string[]) => void;

const listeners = new Set<Listener>();
export const LiveContext = createContext<Liveness>('off');

/** How this page learns of changes now. */
export function useLiveness(): Liveness {
  return useContext(LiveContext);
}

/** Calls back when something happened in the entity of the page, while it is in sight. */
export function useLiveChanges(changed: Listener, { isPaused = false }: { isPaused?: boolean } = {}): void {
  const current = useRef(changed);
  current.current = changed;
  useEffect(() => {
    if (isPaused) return;
    const listener: Listener = (kinds) => current.current(kinds);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [isPaused]);
}

/** Follows the events of an entity for as long as a component is shown. One place asks for this: the frame. */
export function useLiveConnection(entity: string | undefined): Liveness {
  const client = useClient();
  const [liveness, setLiveness] = useState<Liveness>('off');
  useEffect(() => {
    if (!entity) return;
    const tail = new Tail(client, entity, setLiveness);
    void tail.start();
    return () => tail.stop();
  }, [client, entity]);
  return liveness;
}

class Tail {
  private cursor: string | null = null;
  private pending: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private end: (() => void) | undefined;
  private isStopped = false;
  private wasConnected = false;

  constructor(
    private readonly client: Client,
    private readonly entity: string,
    private readonly tell: (liveness: Liveness) => void,
  ) {}

  async start(): Promise<void> {
    const { data, error } = await this.client
      .query(LastEventDocument, { entity: this.entity }, { requestPolicy: 'network-only' })
      .toPromise();
    if (this.isStopped) return;
    if (!data) {
      // Who may not see the entity is told so once; a service that does not answer is asked again.
      if (error?.networkError) this.timer = setTimeout(() => void this.start(), POLL_MS);
      return;
    }
    this.cursor = data.events.edges[0]?.cursor ?? null;
    this.subscribe();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.end?.();
  }

  private subscribe(): void {
    const socket = createClient({
      url: `${window.location.origin.replace(/^http/, 'ws')}/graphql`,
      lazy: true,
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: (attempt) => pause(Math.min(1000 * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2)),
      // One that never opened (a proxy without sockets), or is refused for what it is, stays so: then there is polling.
      shouldRetry: (problem) => this.wasConnected && !isRefusal(problem),
      on: {
        connected: () => {
          this.wasConnected = true;
          this.tell('live');
        },
        // Often the first sign that the service is gone.
        closed: () => {
          if (this.wasConnected && !this.isStopped) void askService();
        },
      },
    });
    this.end = () => void socket.dispose();
    const next = ({ data }: { data?: LiveSubscription | null }) => {
      if (!data) return;
      this.cursor = data.events.cursor;
      this.announce(data.events.kind);
    };
    // Behind a break the subscription begins at the last cursor: the variables are read anew for each attempt.
    const variables = { entity: this.entity };
    Object.defineProperty(variables, 'after', { enumerable: true, get: () => this.cursor });
    socket.subscribe<LiveSubscription>(
      { query: print(LiveDocument as DocumentNode), operationName: 'Live', variables },
      { next, error: () => this.poll(), complete: () => {} },
    );
  }

  private poll(): void {
    if (this.isStopped) return;
    this.tell('polling');
    const timer = setInterval(() => void this.ask(), POLL_MS);
    this.end = () => clearInterval(timer);
  }

  private async ask(): Promise<void> {
    if (document.hidden) return;
    const { data } = await this.client
      .query(EventsAfterDocument, { entity: this.entity, after: this.cursor }, { requestPolicy: 'network-only' })
      .toPromise();
    for (const { cursor, node } of data?.events.edges ?? []) {
      this.cursor = cursor;
      this.announce(node.kind);
    }
  }

  private announce(kind: string): void {
    this.pending.push(kind);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const kinds = this.pending;
      this.pending = [];
      for (const listener of listeners) listener(kinds);
    }, QUIET_MS);
  }
}

function isRefusal(problem: unknown): boolean {
  const code = problem instanceof CloseEvent ? problem.code : 0;
  return code === CloseCode.Forbidden || code === CloseCode.Unauthorized || code === CloseCode.SubprotocolNotAcceptable;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
