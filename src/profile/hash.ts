// A short name for data: equal data has equal hashes, whatever the order of its keys. For telling plans apart, not for
// security.

/** JSON with the keys of every map sorted. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/** 53 bits: cyrb53 by bryc (public domain), two multiply-xor lanes that are mixed at the end. */
function cyrb53(text: string, seed: number): number {
  let low = 0xdeadbeef ^ seed;
  let high = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0);
}

/** 26 hexadecimal digits (two hashes of 53 bits; for plain JSON data). */
export function hashOf(value: unknown): string {
  const text = canonical(value);
  return [0, 1].map((seed) => cyrb53(text, seed).toString(16).padStart(13, '0').slice(-13)).join('');
}
