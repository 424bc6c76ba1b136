// The names of a picture's lines, as text beside it.

import type { Html } from './escape.ts';
import { html } from './escape.ts';
import type { Ink } from './svg/frame.ts';
import { INKS } from './svg/frame.ts';

export function legend(entries: readonly (readonly [ink: Ink, name: string, dashed?: boolean])[]): Html {
  return html`<ul class="legend">${entries.map(
    ([ink, name, dashed]) =>
      html`<li><svg viewBox="0 0 14 10" width="14" height="10" aria-hidden="true">${dashed ? html`<path class="ink-${ink}" d="M0 5H5M9 5H14" stroke="${INKS[ink]}" stroke-width="3" fill="none"/>` : html`<rect class="fill-${ink}" y="3" width="14" height="4" rx="2" fill="${INKS[ink]}"/>`}</svg> ${name}</li>`,
  )}</ul>`;
}
