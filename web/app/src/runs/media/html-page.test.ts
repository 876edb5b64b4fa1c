import { expect, it } from 'vitest';
import { framedPage, withoutStyles } from './html-page.ts';

it('shows what a page says, with its styles in one sheet', () => {
  const page = framedPage('<style>td { color: red }</style><h1 style="color: green">報告</h1><td>1', 'abc');
  expect(page).toContain('<style nonce="abc">td { color: red }\n[data-styled="1"] { color: green }</style>');
  expect(page).toContain('<h1 data-styled="1">報告</h1>');
  expect(page).toContain("default-src 'none'; img-src data:; style-src 'nonce-abc'");
});

it('leaves out all that runs, asks or leads elsewhere', () => {
  const hostile = [
    '<script>harm()</script><script src="/x.js"></script><base href="//evil"><meta http-equiv="refresh" content="0">',
    '<img src="http://evil/x.png" onerror="harm()"><img src="data:image/png;base64,AAAA"><iframe></iframe>',
    '<a href="javascript:harm()" onclick="harm()">link</a><form action="/x"><button formaction="/y">go</button></form>',
    '<svg><a xlink:href="http://evil">x</a><use href="http://evil#x"></use></svg><object data="/x"></object>',
    '<p style="background: url(http://evil)"></style><script>harm()</script>">text</p>',
  ].join('');
  const page = framedPage(hostile, 'abc');
  expect(page).not.toMatch(/harm|evil\/|<script|<iframe|<base|javascript:|onerror|data="|href=/);
  expect(page).toContain('src="data:image/png;base64,AAAA"');
  expect(page).toContain('link</a>');
});

it('never lets a style end its sheet', () => {
  const page = framedPage('<p style="color:red}</style><b>out</b>">x</p>', 'abc');
  expect(page).toContain('<style nonce="abc"></style>');
});

it('shows what is there for browsers that run no scripts', () => {
  expect(framedPage('<noscript><p style="color: green">report</p></noscript>', '')).toContain('report</p>');
});

it.each([
  ['<a "', ''],
  ['<a', ''],
  ['<style', ''],
  ['<style>', ''],
  ['<style <', ''],
  ['</style ', ''],
  [' ', '</style'],
  [`"<a '"`, '<a '],
  [' style', '<a '],
  ['on', '<a '],
])('is done soon with five million letters of %s', (part, start) => {
  const text = start + part.repeat(5_000_000 / part.length);
  const started = performance.now();
  expect(withoutStyles(text).rules).toEqual([]);
  expect(performance.now() - started).toBeLessThan(5_000);
});

it('is done soon with a whole page that was made to take long', () => {
  const started = performance.now();
  for (const part of ['<a', '<style>', '<a "', "<a style='", '</style ', '<style <'])
    framedPage(part.repeat(20_000), '');
  expect(performance.now() - started).toBeLessThan(5_000);
});
