// A first-in-first-out line whose members can also leave from the middle in O(1) without allocating: the links live in
// the members. Drivers keep two: what is in hand (in firing order, which is deadline order) and what waits.

/** One member's place in one line; made once per member and line, reused for ever. */
export class Link<T> {
  readonly owner: T;
  before: Link<T> | undefined = undefined;
  after: Link<T> | undefined = undefined;
  joined = false;

  constructor(owner: T) {
    this.owner = owner;
  }
}

/** Invariant: a link is in at most one line; `joined` says whether it is. */
export class Line<T> {
  #head: Link<T> | undefined = undefined;
  #tail: Link<T> | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#head?.owner;
  }

  get last(): T | undefined {
    return this.#tail?.owner;
  }

  /** To the end. */
  push(link: Link<T>): void {
    this.#insert(link, this.#tail, undefined);
  }

  /** To the front: for one that had its turn and lost it through no fault of its own. */
  unshift(link: Link<T>): void {
    this.#insert(link, undefined, this.#head);
  }

  /** Takes a member out wherever it stands; nothing happens when it is not in the line. */
  remove(link: Link<T>): void {
    if (!link.joined) return;
    if (link.before) link.before.after = link.after;
    else this.#head = link.after;
    if (link.after) link.after.before = link.before;
    else this.#tail = link.before;
    link.before = undefined;
    link.after = undefined;
    link.joined = false;
    this.#size--;
  }

  /** The first member, from the front, that passes. */
  find(passes: (member: T) => boolean): T | undefined {
    for (let link = this.#head; link; link = link.after) if (passes(link.owner)) return link.owner;
    return undefined;
  }

  #insert(link: Link<T>, before: Link<T> | undefined, after: Link<T> | undefined): void {
    if (link.joined) throw new Error('a link can join its line only once');
    link.before = before;
    link.after = after;
    link.joined = true;
    if (before) before.after = link;
    else this.#head = link;
    if (after) after.before = link;
    else this.#tail = link;
    this.#size++;
  }
}
