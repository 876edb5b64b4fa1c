// XML written by hand: whatever a name holds, it stays text.

export type Tag = string;

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML can't hold these and halves of signs, not even escaped.
const ILLEGAL = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;
const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escaped(text: string): string {
  return text.replace(ILLEGAL, '\ufffd').replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

/** An element; `body` is XML already. Attributes that are undefined are left out. */
export function tag(name: string, attributes: Record<string, string | number | undefined>, body = ''): Tag {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('');
  return body ? `<${name}${written}>${body}</${name}>` : `<${name}${written}/>`;
}
