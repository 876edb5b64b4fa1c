import { describe, expect, it } from 'vitest';
import { LayoutClient, type LayoutPort } from './layout-client.ts';
import type { LayoutInput } from './layout-types.ts';
import { graphOf, newNode } from './random-graph.ts';
import { type Answer, answer, type Question } from './worker.ts';

function inputOf(name: string): LayoutInput {
  const graph = graphOf([newNode(name, 'RUN', name, 'train')], [], name);
  return { graph, open: new Set(), alone: new Set(), pinned: new Map(), mostRows: 40 };
}

/** The worker's own code, which answers when it is told to. */
class SlowPort implements LayoutPort {
  readonly questions: Question[] = [];
  isClosed = false;
  #listener: (event: MessageEvent<Answer>) => void = () => {};

  postMessage(question: Question): void {
    this.questions.push(structuredClone(question));
  }

  addEventListener(type: 'message' | 'error', listener: (event: never) => void): void {
    if (type === 'message') this.#listener = listener as (event: MessageEvent<Answer>) => void;
  }

  terminate(): void {
    this.isClosed = true;
  }

  answerNext(): void {
    const question = this.questions.shift();
    if (question) this.#listener(new MessageEvent('message', { data: structuredClone(answer(question)) }));
  }
}

describe('a layout in a worker', () => {
  it('comes back by the number of its question', async () => {
    const port = new SlowPort();
    const found = new LayoutClient(port).layOut(inputOf('one'));
    port.answerNext();

    expect((await found)?.boxes.map((box) => box.id)).toEqual(['one']);
  });

  it('is dropped when another was asked for since', async () => {
    const port = new SlowPort();
    const client = new LayoutClient(port);
    const old = client.layOut(inputOf('old'));
    const newer = client.layOut(inputOf('newer'));
    port.answerNext();
    port.answerNext();

    expect(await old).toBeNull();
    expect((await newer)?.boxes.map((box) => box.id)).toEqual(['newer']);
  });

  it('says what went wrong', async () => {
    const port = new SlowPort();
    const client = new LayoutClient(port);
    const found = client.layOut({ ...inputOf('x'), graph: undefined as never });
    port.answerNext();

    await expect(found).rejects.toThrow(/nodes|clusters|undefined/);
  });

  it('is given up when the page is left', async () => {
    const port = new SlowPort();
    const client = new LayoutClient(port);
    const found = client.layOut(inputOf('x'));
    client.close();

    expect(await found).toBeNull();
    expect(port.isClosed).toBe(true);
  });
});
