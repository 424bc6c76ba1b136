// The names of a picture's lines, as text beside it.

import type { Html } from './escape.ts';
import { html } from './escape.ts';
import type { Ink } from './svg/frame.ts';
import { INKS } from './svg/frame.ts';

export function legend(entries: readonly (readonly [ink: Ink, name: string])[]): Html {
  return html`<ul class="legend">${entries.map(
    ([ink, name]) =>
      html`<li><svg viewBox="0 0 14 10" width="14" height="10" aria-hidden="true"><rect class="fill-${ink}" y="3" width="14" height="4" rx="2" fill="${INKS[ink]}"/></svg> ${name}</li>`,
  )}</ul>`;
}
