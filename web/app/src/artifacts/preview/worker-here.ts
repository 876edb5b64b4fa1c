// For tests: a worker of the browser, where there is none. It runs the real reader, and all that passes is copied.
import { type FromWorker, readerFor, type ToWorker } from './parquet-worker.ts';

export class WorkerHere extends EventTarget {
  /** All that were started and not stopped. */
  static running = new Set<WorkerHere>();
  readonly #take = readerFor((message) => this.#send(message));

  constructor() {
    super();
    WorkerHere.running.add(this);
  }

  postMessage(message: ToWorker): void {
    const copy = structuredClone(message);
    queueMicrotask(() => this.#take(copy));
  }

  terminate(): void {
    WorkerHere.running.delete(this);
  }

  #send(message: FromWorker): void {
    const data = structuredClone(message);
    queueMicrotask(() => {
      if (WorkerHere.running.has(this)) this.dispatchEvent(new MessageEvent('message', { data }));
    });
  }
}
