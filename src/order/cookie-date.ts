// The dates of cookies, read as RFC 6265 §5.1.1 says: servers write them in many ways, and browsers read all of these.

// A tab, and all of ASCII that is no control character, no digit, no letter and no colon.
const TOKENS = /[\t\u0020-\u002f;-@[-`{-~]+/;
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/;
const DAY = /^(\d{1,2})(?:\D|$)/;
const MONTH = /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;
const YEAR = /^(\d{2,4})(?:\D|$)/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Unix time in ms; undefined: it is no date. */
export function parseCookieDate(text: string): number | undefined {
  let time: RegExpExecArray | undefined;
  let [day, month, year] = [-1, -1, -1];
  for (const token of text.split(TOKENS)) {
    const [asTime, asDay, asMonth, asYear] = [TIME, DAY, MONTH, YEAR].map((form) => form.exec(token));
    if (time === undefined && asTime) time = asTime;
    else if (day < 0 && asDay) day = Number(asDay[1]);
    else if (month < 0 && asMonth) month = MONTHS.indexOf(asMonth[1]!.toLowerCase());
    else if (year < 0 && asYear) year = Number(asYear[1]);
  }
  if (time === undefined || day < 1 || day > 31 || month < 0 || year < 0) return undefined;
  if (year <= 99) year += year >= 70 ? 1900 : 2000;
  const [hour, minute, second] = [Number(time[1]), Number(time[2]), Number(time[3])];
  if (year < 1601 || hour > 23 || minute > 59 || second > 59) return undefined;
  const atMs = Date.UTC(year, month, day, hour, minute, second);
  // 30 February is none.
  return new Date(atMs).getUTCDate() === day ? atMs : undefined;
}
