/// <reference lib="webworker" />
// Lays out lineages beside the page, so that it stays quick to the touch.
import { layOut } from './layout.ts';
import type { Layout, LayoutInput } from './layout-types.ts';

export interface Question {
  number: number;
  input: LayoutInput;
}

export type Answer = { number: number; layout: Layout } | { number: number; error: string };

export function answer({ number, input }: Question): Answer {
  try {
    return { number, layout: layOut(input) };
  } catch (error) {
    return { number, error: error instanceof Error ? error.message : String(error) };
  }
}

// A test reads this module where there is no worker.
if (typeof WorkerGlobalScope !== 'undefined' && self instanceof WorkerGlobalScope) {
  self.addEventListener('message', (event: MessageEvent<Question>) => self.postMessage(answer(event.data)));
}
