// Asks the worker for layouts. A newer question makes the answers to older ones worthless: they are dropped.
import type { Layout, LayoutInput } from './layout-types.ts';
import type { Answer, Question } from './worker.ts';

/** What of a worker is used. */
export interface LayoutPort {
  postMessage(question: Question): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Answer>) => void): void;
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void;
  terminate(): void;
}

export class LayoutClient {
  readonly #port: LayoutPort;
  #number = 0;
  #waiting: { resolve: (layout: Layout | null) => void; reject: (error: Error) => void } | null = null;

  constructor(port: LayoutPort = newWorker()) {
    this.#port = port;
    port.addEventListener('message', ({ data }) => this.#take(data));
    port.addEventListener('error', (event) => this.#settle()?.reject(new Error(event.message)));
  }

  /** The layout, or null when another was asked for, or the client closed, before it came. */
  layOut(input: LayoutInput): Promise<Layout | null> {
    this.#settle()?.resolve(null);
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#port.postMessage({ number, input });
    });
  }

  close(): void {
    this.#settle()?.resolve(null);
    this.#port.terminate();
  }

  #take(answer: Answer): void {
    if (answer.number !== this.#number) return;
    if ('layout' in answer) this.#settle()?.resolve(answer.layout);
    else this.#settle()?.reject(new Error(answer.error));
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }
}

function newWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}
