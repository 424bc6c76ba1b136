// Sessions and carts, for journeys of several steps: who am I, what do I want, pay. A cart promises no stock; that is
// decided when it is paid. Kept in memory: the oldest go when there are too many, as sessions of a real shop expire.

import { randomUUID } from 'node:crypto';
import type { Asked } from './rules.ts';

/** `key`: under which it was, or is being, paid; another key cannot pay it again. */
export type Cart = Asked & { id: string; token: string };

const MAX_OPEN = 200_000;

/** A map that forgets its oldest entry when it is full. */
class Bounded<T> {
  readonly #entries = new Map<string, T>();

  get(name: string): T | undefined {
    return this.#entries.get(name);
  }

  set(name: string, value: T): void {
    this.#entries.set(name, value);
    if (this.#entries.size > MAX_OPEN) this.#entries.delete(this.#entries.keys().next().value!);
  }

  clear(): void {
    this.#entries.clear();
  }
}

export class Carts {
  readonly #buyers = new Bounded<string>();
  readonly #carts = new Bounded<Cart>();
  #nextCart = 1;

  /** A token that stands for the buyer from here on. */
  open(buyer: string): string {
    const token = randomUUID();
    this.#buyers.set(token, buyer);
    return token;
  }

  buyerOf(token: string): string | undefined {
    return this.#buyers.get(token);
  }

  add(token: string, asked: Asked): Cart {
    const cart = { ...asked, id: `cart-${this.#nextCart++}`, token };
    this.#carts.set(cart.id, cart);
    return cart;
  }

  /** Undefined too for a cart of somebody else's session. */
  find(token: string, id: string): Cart | undefined {
    const cart = this.#carts.get(id);
    return cart?.token === token ? cart : undefined;
  }

  /** Empties every cart; sessions go on. */
  clear(): void {
    this.#carts.clear();
  }
}
