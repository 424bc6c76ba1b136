// The piscina task of the closed-loop probe: it shares no thread with anything that is measured in open loop.

import { type ProbeLevel, type ProbeOptions, probeClosedLoop } from '../drive/autocannon.ts';
import type { OrderSpec } from '../order/spec.ts';
import { compileOrder } from '../order/template.ts';

export type CeilingTask = Omit<ProbeOptions, 'template'> & { order: OrderSpec };

export default function probeCeiling({ order, ...options }: CeilingTask): Promise<ProbeLevel[]> {
  return probeClosedLoop({ ...options, template: compileOrder(order)[0]! });
}
