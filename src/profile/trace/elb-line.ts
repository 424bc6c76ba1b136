// One line of the access log of a load balancer of AWS: an application load balancer (ALB), or a classic one, whose lines
// begin with the time and end with the TLS protocol. Fields are parted by blanks, some of them quoted.

import { type LineReader, tellRequest } from './log-line.ts';
import type { Request } from './request.ts';
import type { TimeReader } from './times.ts';

/** The kind of connection (not of classic ones), and a time. */
export const ELB_HEAD = /^(?:(?:https?|h2|grpcs?|wss?) )?\d{4}-\d\d-\d\dT[\d:.]+Z? \S+ \S+:\d+ /;

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
/** Time, balancer, client, target, three times it took, status, the target's, bytes, bytes, request; and of an ALB more. */
const LINE = new RegExp(
  String.raw`^(?:[a-z]\w* )?(\d{4}-\d\d-\d\dT\S+)(?: \S+){6} (\d{3}|-) \S+ \S+ \S+ "((?:[^"\\]|\\.)*)"` +
    // User agent, cipher, protocol, target group, trace id, domain, certificate, rule, when the request came.
    String.raw`(?: ${QUOTED} \S+ \S+ \S+ ${QUOTED} ${QUOTED} ${QUOTED} \S+ (\d{4}-\d\d-\d\dT\S+))?`,
);

export class ElbLine implements LineReader {
  readonly request: Request = { method: '', path: '', status: '' };
  why = '';
  column = 1;
  readonly #times: TimeReader;
  #known = false;
  #hasCreation = false;

  constructor(times: TimeReader) {
    this.#times = times;
  }

  read(line: string): number {
    const found = LINE.exec(line);
    if (found === null) {
      this.why = 'no line of an AWS load balancer, such as `https 2025-11-28T09:00:00.1Z app/shop/50dc6c49 …`';
      return Number.NaN;
    }
    const [, answered = '', status = '', request = '', came] = found;
    // Slow answers would move arrivals to where the shop was slow.
    const us = this.#times.read(came ?? answered);
    if (Number.isNaN(us)) this.why = this.#times.why;
    this.#hasCreation ||= came !== undefined;
    this.#known = tellRequest(this.request, request, status) || this.#known;
    return us;
  }

  says(): string {
    return `AWS load balancer log, time in \`${this.#hasCreation ? 'request_creation_time' : 'time'}\``;
  }

  knows(): boolean {
    return this.#known;
  }
}
