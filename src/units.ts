// Text with units to plain numbers and back. Inside `src` time is µs, rates are per second, shares are 0…1.
// `parseX` returns the number, or undefined where the text is not an X (the caller knows the place and words the error).

const US_PER: Record<string, number> = { us: 1, µs: 1, ms: 1e3, s: 1e6, m: 60e6, min: 60e6, h: 3600e6, d: 86_400e6 };
const COUNT_SUFFIX: Record<string, number> = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 };
const PER_S: Record<string, number> = { s: 1, m: 1 / 60, min: 1 / 60, h: 1 / 3600, d: 1 / 86_400 };
const NUMBER = String.raw`\d[\d_]*(?:\.\d+)?`;

function parseNumber(text: string): number {
  return Number(text.replaceAll('_', ''));
}

/** `250ms`, `1.5s`, `1h30m`, `0s` → µs. A number without a unit is not a duration. */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim();
  const piece = new RegExp(`(${NUMBER})\\s*(us|µs|ms|min|s|m|h|d)\\s*`, 'y');
  let totalUs = 0;
  while (piece.lastIndex < compact.length) {
    const match = piece.exec(compact);
    if (!match) return undefined;
    totalUs += parseNumber(match[1]!) * US_PER[match[2]!]!;
  }
  return compact === '' ? undefined : totalUs;
}

/** `49/s`, `3k/min`, `2.1M/12h` → per second. */
export function parseRate(text: string): number | undefined {
  const match = new RegExp(`^\\s*(${NUMBER})\\s*([kKMG]?)\\s*/\\s*(.+?)\\s*$`).exec(text);
  if (!match) return undefined;
  const count = parseNumber(match[1]!) * COUNT_SUFFIX[match[2]!]!;
  const unit = match[3]!;
  if (unit in PER_S) return count * PER_S[unit]!;
  const perUs = parseDuration(unit);
  return perUs ? (count * 1e6) / perUs : undefined;
}

/** `2100000`, `2_100_000`, `2.1M`, `100k` → a number of things (not necessarily whole). */
export function parseCount(text: string): number | undefined {
  const match = new RegExp(`^\\s*(${NUMBER})\\s*([kKMG]?)\\s*$`).exec(text);
  return match ? parseNumber(match[1]!) * COUNT_SUFFIX[match[2]!]! : undefined;
}

/** `0.1%` → 0.001. */
export function parseShare(text: string): number | undefined {
  const match = new RegExp(`^\\s*(${NUMBER})\\s*%\\s*$`).exec(text);
  return match ? parseNumber(match[1]!) / 100 : undefined;
}

/** `60x`, `1.5x` → the factor. */
export function parseFactor(text: string): number | undefined {
  const match = new RegExp(`^\\s*(${NUMBER})\\s*[x×]\\s*$`).exec(text);
  return match ? parseNumber(match[1]!) : undefined;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** µs → three significant digits in the unit a person would choose: `850 µs`, `12.3 ms`, `1.5 s`, `12 h`, `2 m 30 s`. */
export function formatDuration(us: number): string {
  if (!Number.isFinite(us)) return '–';
  const size = Math.abs(us);
  if (size < 1e3) return `${trimZeros(us.toFixed(size < 10 && us % 1 !== 0 ? 1 : 0))} µs`;
  if (size < 999.5e3) return `${trimZeros((us / 1e3).toPrecision(3))} ms`;
  if (size < 59.95e6) return `${trimZeros((us / 1e6).toPrecision(3))} s`;
  const totalS = Math.round(us / 1e6);
  const pieces: string[] = [];
  const [d, h, m, s] = [
    Math.floor(totalS / 86_400),
    Math.floor(totalS / 3600) % 24,
    Math.floor(totalS / 60) % 60,
    totalS % 60,
  ];
  if (d) pieces.push(`${d} d`);
  if (h) pieces.push(`${h} h`);
  if (m) pieces.push(`${m} m`);
  if (s) pieces.push(`${s} s`);
  return pieces.join(' ');
}

/** µs from the start → `HH:MM:SS`, or `HH:MM` when it falls on a whole minute. */
export function formatClock(us: number): string {
  const totalS = Math.floor(us / 1e6);
  const two = (n: number) => String(n).padStart(2, '0');
  const head = `${two(Math.floor(totalS / 3600))}:${two(Math.floor(totalS / 60) % 60)}`;
  return totalS % 60 === 0 ? head : `${head}:${two(totalS % 60)}`;
}

/** `2,100,000` */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `order`, and `orders` of all numbers but 1. */
export function plural(count: number, one: string): string {
  return count === 1 ? one : `${one}s`;
}

/** `1 order`, `5,310 orders` */
export function formatCountOf(count: number, one: string): string {
  return `${formatCount(count)} ${plural(count, one)}`;
}

/** `48.6/s`; whole from 100/s on. */
export function formatRate(perS: number): string {
  if (!Number.isFinite(perS)) return '–';
  return `${perS >= 99.95 ? formatCount(perS) : trimZeros(perS.toFixed(perS < 1 ? 2 : 1))}/s`;
}

/** 0.00123 → `0.12 %`; never rounds something to nothing or nearly all to all. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent > 0 && percent < 0.01) return '< 0.01 %';
  if (percent > 99.99 && percent < 100) return '> 99.99 %';
  return `${trimZeros(percent.toFixed(2))} %`;
}
