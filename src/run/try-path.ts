// The path a try was sent to, without its query: what a cookie's Path is held against. Nearly always it is the same for all
// orders, so a request is only made up anew where its path is filled for each.

import type { Sending, Template } from '../order/spec.ts';

export type PathOfTry = (one: Sending & { step: number }) => string;

/** `texts`: of the steps' paths, in the order of their templates, which are compiled when the first is needed. */
export function pathsOf(texts: readonly string[], compile: () => readonly Template[]): PathOfTry {
  const fixed = texts.map((text) => (withoutQuery(text).includes('{{') ? undefined : withoutQuery(text)));
  let templates: readonly Template[] | undefined;
  return (one) => {
    const path = fixed[one.step];
    if (path !== undefined) return path;
    templates ??= compile();
    return withoutQuery(templates[one.step]!.render(one).path);
  };
}

export const withoutQuery = (path: string): string => path.replace(/[?#].*$/s, '');
