// HTML that is escaped because of how it is made: `html` escapes whatever is put into it, unless it is Html itself, and
// only `html` makes Html. One escape serves text, attributes (always in double quotes here) and SVG. What has another
// grammar has another door: `jsonScript` for data, `trusted` for our own style sheets and scripts.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;
const MARKUP: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Nothing on the page is longer: a header of 1 MB is cut, and says so. The effective profile comes line by line. */
const MOST_CHARACTERS = 2_000;

export class Html {
  readonly #text: string;

  /** Only for this file: everyone else writes `html`. */
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Slot = Html | string | number | null | undefined | false | readonly Slot[];

/** `<p>${text}</p>`: strings and numbers become text, Html stays, lists are joined, null, undefined and false are nothing. */
export function html(strings: TemplateStringsArray, ...slots: Slot[]): Html {
  let text = strings[0]!;
  slots.forEach((slot, index) => {
    text += renderSlot(slot) + strings[index + 1]!;
  });
  return new Html(text);
}

function renderSlot(slot: Slot): string {
  if (slot === null || slot === undefined || slot === false) return '';
  if (slot instanceof Html) return slot.toString();
  if (typeof slot === 'number') return String(slot);
  if (typeof slot === 'string') return escapeText(slot);
  return slot.map(renderSlot).join('');
}

/**
 * Characters that print nothing but do something (controls, bidi, zero width, lone surrogates) are spelled out, so that
 * no name can turn the page around; line breaks and tabs stay, for they are only white space in HTML.
 */
export function escapeText(text: string): string {
  const cut = text.length > MOST_CHARACTERS;
  const kept = cut ? `${text.slice(0, MOST_CHARACTERS)}… (${text.length} characters)` : text;
  return kept
    .replace(UNSEEN, (character) =>
      character === '\n' || character === '\t'
        ? character
        : `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
    )
    .replace(/[&<>"']/g, (mark) => MARKUP[mark]!);
}

/** The `d` of an SVG path, as long as it may be. @throws Error when it is anything but commands and numbers */
export function pathData(d: string): Html {
  if (!/^[MLHVZhlvz\d .-]*$/.test(d)) throw new Error(`Expected the data of a path, got \`${d.slice(0, 60)}\``);
  return new Html(d);
}

/** Data for the page's own script. No string can end the element, open a comment, or break a line of a script. */
export function jsonScript(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replace(/[<>&\p{Cf}\p{Zl}\p{Zp}\p{Cc}\p{Co}\p{Cn}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
  return new Html(`<script type="application/json" id="${escapeText(id)}">${json}</script>`);
}

/** The text of a style sheet or a script that this package itself brings. @throws Error when it would end its element */
export function trusted(element: 'style' | 'script', text: string): Html {
  if (/<\/(?:style|script)|<!--/i.test(text)) throw new Error(`Expected a ${element} without markup of its own`);
  return new Html(`<${element}>${text}</${element}>`);
}
