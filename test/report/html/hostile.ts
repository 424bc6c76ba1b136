// What a target, a profile or a command line may say to hurt the page; put into every text of a view.

export const HOSTILE = [
  '</script><script>window.owned=1</script>',
  '"><svg onload="window.owned=1">',
  "'-(window.owned=1)-'",
  '<!--<script>\u2028\u0000',
  '\u202e\u2066gnp.exe\u200b',
  'x'.repeat(1_000_000),
];

/** What has a fixed set of words, or is read by machines. */
const KEEP = /^(verdict|backlog|kind|status|class|unit|why|startedAt|endedAt|flag|histogram)$/;

/** The same value with every free text in it replaced. */
export function everywhere<T>(value: T, text: string, key = ''): T {
  if (typeof value === 'string') return (KEEP.test(key) ? value : text) as T;
  if (Array.isArray(value)) return value.map((each) => everywhere(each, text, key)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, everywhere(each, text, name)])) as T;
}
