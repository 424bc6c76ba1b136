// One attempt in the driver's hand; the object is reused for attempt after attempt. It only keeps score.

import type { Opening, OpeningCost } from '../connect.ts';
import type { Attempt } from '../driver.ts';
import { Link } from '../line.ts';
import type { Connection } from './connection.ts';

export class Exchange {
  readonly inHand: Link<Exchange> = new Link<Exchange>(this);
  readonly waiting: Link<Exchange> = new Link<Exchange>(this);
  attempt: Attempt | undefined = undefined;
  /** The connection being opened on this attempt's account, while it waits. */
  opening: Opening | undefined = undefined;
  /** The connection it was sent on, until it is reported. */
  connection: Connection | undefined = undefined;
  /** Of that connection, when this exchange is its first. */
  cost: OpeningCost | undefined = undefined;
  sentUs = Number.NaN;

  reset(): void {
    this.attempt = undefined;
    this.opening = undefined;
    this.connection = undefined;
    this.cost = undefined;
    this.sentUs = Number.NaN;
  }
}
