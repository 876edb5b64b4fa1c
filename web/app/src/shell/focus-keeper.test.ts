import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepFocus } from './focus-keeper.ts';

let end: () => void;

beforeEach(() => {
  end = keepFocus(document);
});

afterEach(() => {
  end();
  document.body.replaceChildren();
});

function show(content: string): void {
  document.body.innerHTML = `<a href="#content">Skip</a><main id="content" tabindex="-1">${content}</main>`;
}

function element(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`there is no ${selector}`);
  return found;
}

async function settled(): Promise<void> {
  for (let frame = 0; frame < 4; frame += 1) await new Promise((done) => requestAnimationFrame(done));
}

describe('a lost focus', () => {
  const list =
    '<ul><li><button id="a">A</button></li><li><button id="b">B</button></li><li><button id="c">C</button></li></ul>';

  it('goes to what took the place of a removed item', async () => {
    show(list);
    element('#b').focus();
    element('li:nth-child(2)').remove();
    await settled();
    expect(document.activeElement?.id).toBe('c');
  });

  it('goes to the item before when the last is removed', async () => {
    show(list);
    element('#c').focus();
    element('li:nth-child(3)').remove();
    await settled();
    expect(document.activeElement?.id).toBe('b');
  });

  it('goes to the content when the page is another', async () => {
    show(list);
    element('#a').focus();
    element('main').remove();
    await settled();
    document.body.insertAdjacentHTML('beforeend', '<main id="content" tabindex="-1"><a href="/">Home</a></main>');
    await settled();
    expect(document.activeElement?.id).toBe('content');
  });

  it('stays where somebody else placed it', async () => {
    show(list);
    element('#b').focus();
    element('li:nth-child(2)').remove();
    element('#a').focus();
    await settled();
    expect(document.activeElement?.id).toBe('a');
  });

  it('goes back near where a dialog was opened', async () => {
    show(list);
    element('#b').focus();
    document.body.insertAdjacentHTML('beforeend', '<div role="dialog"><button id="ok">Delete</button></div>');
    element('#ok').focus();
    element('li:nth-child(2)').remove();
    element('[role=dialog]').remove();
    await settled();
    expect(document.activeElement?.id).toBe('c');
  });

  it('opens no field', async () => {
    show('<div><p><button id="a">Edit</button></p><input><button id="next">Next</button></div>');
    element('#a').focus();
    element('p').remove();
    await settled();
    expect(document.activeElement?.id).toBe('next');
  });
});
