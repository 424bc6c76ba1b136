// Numbers as the page writes them: units.ts once more, for the browser. A test holds the two together.

/** @param {string} text */
const trimZeros = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** @param {number | null | undefined} us */
export function durationText(us) {
  if (us === null || us === undefined || !Number.isFinite(us)) return '–';
  if (us < 1e3) return `${trimZeros(us.toFixed(us < 10 && us % 1 !== 0 ? 1 : 0))} µs`;
  if (us < 999.5e3) return `${trimZeros((us / 1e3).toPrecision(3))} ms`;
  if (us < 59.95e6) return `${trimZeros((us / 1e6).toPrecision(3))} s`;
  const total = Math.round(us / 1e6);
  const [d, h, m, s] = [
    Math.floor(total / 86400),
    Math.floor(total / 3600) % 24,
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  return [d && `${d} d`, h && `${h} h`, m && `${m} m`, s && `${s} s`].filter(Boolean).join(' ');
}

/** @param {number} seconds */
export function clockText(seconds) {
  const total = Math.floor(seconds);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const head = `${two(Math.floor(total / 3600))}:${two(Math.floor(total / 60) % 60)}`;
  return total % 60 === 0 ? head : `${head}:${two(total % 60)}`;
}

/** @param {number | null | undefined} count */
export function countText(count) {
  return count === null || count === undefined ? '–' : Math.round(count).toLocaleString('en-US');
}

/** @param {number | null | undefined} perS */
export function rateText(perS) {
  if (perS === null || perS === undefined) return '–';
  return `${perS >= 99.95 ? countText(perS) : trimZeros(perS.toFixed(perS < 1 ? 2 : 1))}/s`;
}

/** @param {number} nines how many: 2 is 99 % */
export function ninesText(nines) {
  const percent = (1 - 10 ** -nines) * 100;
  return `${trimZeros(percent.toFixed(Math.max(1, Math.ceil(nines) - 1)))} %`;
}

const UNITS = { µs: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6, d: 86400e6 };

/**
 * What a cell is sorted by: times and clocks in µs, numbers as they are, `–` below all of them, other words as words.
 *
 * @param {string} text
 * @returns {number | string}
 */
export function sortKey(text) {
  const plain = text.trim();
  if (plain === '' || plain === '–') return Number.NEGATIVE_INFINITY;
  const clock = /^(\d{2,}):(\d{2})(?::(\d{2}))?(?:–|$)/.exec(plain);
  if (clock) return (Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0)) * 1e6;
  const times = [...plain.matchAll(/(\d+(?:\.\d+)?) (µs|ms|s|m|h|d)(?= |$)/g)];
  if (times.length > 0 && times.map(([all]) => all).join(' ') === plain) {
    return times.reduce(
      (sum, [, number, unit]) => sum + Number(number) * UNITS[/** @type {keyof typeof UNITS} */ (unit)],
      0,
    );
  }
  const number = /^(?:[<>] )?([+−-]?[\d,]+(?:\.\d+)?)(?: ?%|\/s)?$/.exec(plain)?.[1];
  return number ? Number(number.replaceAll(',', '').replace('−', '-')) : plain;
}
