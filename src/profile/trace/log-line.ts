// One line of an access log → when, and which request. The common log format (and combined, which adds to its end), or
// JSON lines with the time and the rest in named fields. (Of AWS's load balancers: elb-line.ts.)

import { isMap } from '../paths.ts';
import { type Asked, pathOf, REQUEST_FIELDS, type Request } from './request.ts';
import type { TimeReader } from './times.ts';

/** After `read` gave a time, `request` is that line's; after NaN, `why` and `column` say what is wrong with it. */
export interface LineReader {
  readonly request: Request;
  readonly why: string;
  readonly column: number;
  /** µs; NaN where the line cannot be read. */
  read(line: string): number;
  /** What it takes from where, in words. */
  says(): string;
  /** Whether any line so far told it. */
  knows(field: Asked): boolean;
}

const STAMP = /\[(\d\d\/[A-Za-z]{3}\/\d{4}:[^\]]{1,40})\]/;
const QUOTED = /"((?:[^"\\]|\\.)*)" (\d{3}|-)/g;

/** `POST /checkout HTTP/1.1` into `request`; whether it names what was asked for. */
export function tellRequest(request: Request, line: string, status: string): boolean {
  // What a scanner sent as a request may have no method: it has a time all the same, and is nobody's order.
  const [method = '', target = ''] = line.split(' ', 2);
  request.method = method;
  request.path = target === '' ? '' : pathOf(target);
  request.status = status;
  return target !== '';
}

export class CommonLine implements LineReader {
  readonly request: Request = { method: '', path: '', status: '' };
  why = '';
  column = 1;
  readonly #times: TimeReader;
  #known = false;

  constructor(times: TimeReader) {
    this.#times = times;
  }

  read(line: string): number {
    const stamp = STAMP.exec(line);
    if (stamp === null) {
      this.why = 'no time in brackets, such as `[28/Nov/2025:10:00:00 +0100]`';
      this.column = 1;
      return Number.NaN;
    }
    const us = this.#times.read(stamp[1]!);
    if (Number.isNaN(us)) {
      this.why = this.#times.why;
      this.column = stamp.index + 2;
      return us;
    }
    QUOTED.lastIndex = stamp.index + stamp[0].length;
    const quoted = QUOTED.exec(line);
    this.#known = tellRequest(this.request, quoted?.[1] ?? '', quoted?.[2] ?? '') || this.#known;
    return us;
  }

  says(): string {
    return 'common log format';
  }

  knows(): boolean {
    return this.#known;
  }
}

type Field = 'time' | Asked | 'request';
/** By server: nginx (as people name its fields), Caddy, Traefik, load balancers and ECS. A person's `fields` come first. */
const USUAL: Record<Field, readonly string[]> = {
  // First those of when the request came: what stands beside them is when it was answered, later the slower the shop was.
  time: [
    ...['request_creation_time', 'StartUTC', 'StartLocal', 'time', 'ts', 'timestamp', '@timestamp', 'time_iso8601'],
    ...['time_local', 'msec', 'datetime', 'date', 'requestTime'],
  ],
  method: ['request.method', 'method', 'request_method', 'RequestMethod', 'request_verb', 'http.request.method'],
  path: [
    ...['request.uri', 'uri', 'path', 'request_uri', 'RequestPath', 'request_url', 'url.path', 'url'],
    ...['url.original', 'request.url', 'request.path'],
  ],
  status: [
    ...['status', 'status_code', 'DownstreamStatus', 'OriginStatus', 'elb_status_code', 'response.status'],
    ...['http.response.status_code', 'statusCode'],
  ],
  request: ['request'],
};

const isBefore = (name: string, other: string): boolean => USUAL.time.indexOf(name) < USUAL.time.indexOf(other);

export class JsonLine implements LineReader {
  readonly request: Request = { method: '', path: '', status: '' };
  why = '';
  readonly column = 1;
  readonly #times: TimeReader;
  readonly #names: Partial<Record<Field, string>>;
  /** As a person named it. */
  readonly #time: string | undefined;

  /** `names`: of the fields, where they are not the usual ones; a dot leads into a map. */
  constructor(times: TimeReader, names: Partial<Record<Field, string | undefined>> = {}) {
    this.#times = times;
    this.#names = { ...names };
    this.#time = names.time;
  }

  read(line: string): number {
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch {
      return this.#refuse('is not JSON');
    }
    if (!isMap(row)) return this.#refuse('is no map');
    const us = this.#timeOf(row);
    if (Number.isNaN(us)) return us;
    const { request } = this;
    // nginx's `$request`: the whole first line of the request.
    const whole = this.#text(row, 'request').split(' ', 2);
    request.method = this.#text(row, 'method') || (whole.length === 2 ? whole[0]! : '');
    const target = this.#text(row, 'path') || (whole[1] ?? '');
    request.path = target === '' ? '' : pathOf(target);
    request.status = this.#text(row, 'status');
    return us;
  }

  says(): string {
    const names = ['time' as const, ...REQUEST_FIELDS].flatMap((field) => {
      const name = this.#names[field] ?? (field === 'method' || field === 'path' ? this.#names.request : undefined);
      return name === undefined ? [] : [`${field} in \`${name}\``];
    });
    return `JSON lines${names.length > 0 ? `: ${names.join(', ')}` : ''}`;
  }

  knows(field: Asked): boolean {
    return this.#names[field] !== undefined || (field !== 'status' && this.#names.request !== undefined);
  }

  /** Looked for in each line: a server's own messages beside its requests have another than they. */
  #timeOf(row: Record<string, unknown>): number {
    const known = this.#time;
    if (known !== undefined) {
      const text = textAt(row, known);
      if (text === '') return this.#refuse(`has no time in \`${known}\``);
      return this.#told(text, known);
    }
    let first: string | undefined;
    for (const name of USUAL.time) {
      const text = textAt(row, name);
      if (text === '') continue;
      const us = this.#told(text, name);
      if (!Number.isNaN(us)) {
        if (this.#names.time === undefined || isBefore(name, this.#names.time)) this.#names.time = name;
        return us;
      }
      first ??= this.why;
    }
    return this.#refuse(first ?? 'has no field that is usual for a time: name it with `fields: { time: … }`');
  }

  #told(text: string, name: string): number {
    const us = this.#times.read(text);
    if (Number.isNaN(us)) this.why = `\`${name}\`: ${this.#times.why}`;
    return us;
  }

  /** Found in the first line that has it: a server's own messages stand in the same log and have none. */
  #text(row: Record<string, unknown>, field: Field): string {
    const known = this.#names[field];
    if (known !== undefined) return textAt(row, known);
    for (const name of USUAL[field]) {
      const text = textAt(row, name);
      if (text === '') continue;
      this.#names[field] = name;
      return text;
    }
    return '';
  }

  #refuse(why: string): number {
    this.why = why;
    return Number.NaN;
  }
}

/** A text or a number, under the name itself or along its dots; empty where there is none. */
function textAt(row: Record<string, unknown>, name: string): string {
  let here: unknown = Object.hasOwn(row, name) ? row[name] : undefined;
  if (here === undefined && name.includes('.')) {
    here = row;
    for (const key of name.split('.')) here = isMap(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return typeof here === 'string' ? here : typeof here === 'number' ? String(here) : '';
}
