// `only:` of a log: which of its requests were orders. Methods, paths (`*` stands for anything) and statuses, each one
// or a list; what is left out may be anything.

import type { z } from 'zod';
import type { Only } from '../schema-trace.ts';

/** Of one request as logged; empty where the line does not tell it. `path` is without its query. */
export type Request = { method: string; path: string; status: string };
export const REQUEST_FIELDS = ['method', 'path', 'status'] as const;
export type Asked = (typeof REQUEST_FIELDS)[number];

type OnlyInput = z.output<typeof Only>;

/** Whether a request is asked for. */
export function matcherOf(only: OnlyInput | undefined): (request: Request) => boolean {
  if (only === undefined) return () => true;
  const { method, path, status } = only;
  const methods = method && [method].flat().map((each) => each.toUpperCase());
  const paths = path && [path].flat().map(globOf);
  const statuses = status && [status].flat().map((each) => String(each).toLowerCase());
  return (request) => {
    if (methods && !methods.includes(request.method.toUpperCase())) return false;
    if (paths && !paths.some((each) => each.test(request.path))) return false;
    return !statuses || statuses.some((each) => each === request.status || each === `${request.status[0]}xx`);
  };
}

function globOf(pattern: string): RegExp {
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's');
}

/** `https://host:443/checkout?id=7` → `/checkout`; `*` of an OPTIONS stays. */
export function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '') || '/';
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

/** `POST /checkout, status 2xx`; empty where everything is asked for. */
export function formatOnly(only: OnlyInput | undefined): string {
  if (only === undefined) return '';
  const { method, path, status } = only;
  const or = (value: unknown) => [value].flat().join(' or ');
  const what = [method, path].filter((each) => each !== undefined).map(or);
  return [what.join(' '), ...(status === undefined ? [] : [`status ${or(status)}`])]
    .filter((each) => each !== '')
    .join(', ');
}
