// Pages that others logged, as a frame can show them that runs nothing, asks for nothing and leads nowhere.

const STYLE = 'data-its-style';
// A template may be a shadow, whose styles would be complained of as well.
const NEVER = 'style, script, link, meta, base, iframe, template';
/** What a browser would ask for, or go to. Nothing can be sent: the frame's sandbox has no forms. */
const ADDRESSES = ['href', 'xlink:href', 'src', 'srcset', 'background', 'poster', 'data'];

/**
 * The document for such a frame. What protects is its `sandbox=""`, where nothing runs, and the policy it is given here,
 * under which nothing is asked for; what is taken out beside would be refused as well, but with complaints. Styles in
 * attributes go to a style sheet: the page that holds the frame allows no others.
 */
export function framedPage(text: string, nonce: string): string {
  const { body, rules } = withoutStyles(text);
  const page = new DOMParser().parseFromString(body, 'text/html');
  for (const element of page.querySelectorAll(NEVER)) element.remove();
  let count = 0;
  for (const element of page.querySelectorAll('*')) {
    const style = element.getAttribute(STYLE);
    element.removeAttribute(STYLE);
    if (style) {
      count += 1;
      element.setAttribute('data-styled', String(count));
      rules.push(`[data-styled="${count}"] { ${style} }`);
    }
    leaveOutAddresses(element);
  }
  const policy = `default-src 'none'; img-src data:; style-src 'nonce-${nonce}'`;
  const sheet = rules.filter((rule) => !rule.includes('<')).join('\n');
  return [
    `<!doctype html><html><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<style nonce="${nonce}">${sheet}</style></head>`,
    `<body>${page.body.innerHTML}</body></html>`,
  ].join('');
}

/**
 * Even a page that is only parsed is complained of when it has styles or handlers of its own: they go before. Whatever
 * the text, this takes time in step with its length: it is split at the ends of styles, since to look for an end from
 * each beginning would not, and no pattern reads on over a `<` but inside quotes.
 */
export function withoutStyles(text: string): { body: string; rules: string[] } {
  const rules: string[] = [];
  const parts = text.split(/<\/style\s*>/i).map((part, index, all) => {
    const start = index < all.length - 1 ? /<style\b[^<>]*>/i.exec(part) : null;
    if (!start) return part;
    rules.push(part.slice(start.index + start[0].length));
    return part.slice(0, start.index);
  });
  const tag = /<[a-z](?:"[^"]*"|'[^']*'|[^'"<>])*>/gi;
  const renamed = (found: string) =>
    found.replace(/([\s"'/])style\s*=/gi, `$1${STYLE}=`).replace(/([\s"'/])on(\w+)\s*=/gi, '$1data-on$2=');
  return { body: parts.join('').replace(tag, renamed), rules };
}

function leaveOutAddresses(element: Element): void {
  for (const name of element.getAttributeNames()) {
    if (/^(data-)?on/.test(name)) element.removeAttribute(name);
  }
  for (const name of ADDRESSES) {
    const isPicture = element.localName === 'img' && name === 'src';
    if (isPicture && element.getAttribute(name)?.startsWith('data:image/')) continue;
    element.removeAttribute(name);
  }
}

/** What a style of this page must carry to be allowed; none where a development server sends no policy. */
export function styleNonce(): string {
  const holder = document.querySelector<HTMLElement>('meta[property="csp-nonce"], style[nonce], script[nonce]');
  return /^[\w+/=-]+$/.exec(holder?.nonce ?? '')?.[0] ?? '';
}
