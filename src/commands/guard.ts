// Nobody is loaded by accident: loopback runs freely, any other host must be in `target.allow`, or confirmed.

import { BlockList, isIP } from 'node:net';
import { userError } from '../errors.ts';
import type { Plan } from '../profile/plan.ts';
import { formatCountOf, formatRate } from '../units.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** True for localhost, 127.0.0.0/8 (also as IPv4 in IPv6) and ::1; a name that merely resolves there is not trusted. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const family = isIP(host);
  return family !== 0 && LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

export type GuardFlags = { yes?: boolean };

/**
 * @param confirm asks the person at the terminal; undefined where there is none
 * @param load what would go there, where it is not the whole plan
 * @throws UserError (exit 2) when the host is not allowed
 */
export async function guardHost(
  plan: Plan,
  peakPerS: number,
  flags: GuardFlags,
  confirm: ((question: string) => Promise<boolean>) | undefined,
  load = `${formatCountOf(plan.traffic.orders, 'order')}, peak ${formatRate(peakPerS)}`,
): Promise<void> {
  if (plan.target.demo) return;
  const { hostname, host } = new URL(plan.target.url);
  const allowed = plan.target.allow.map((entry) => entry.toLowerCase());
  if (isLoopback(hostname) || allowed.includes(hostname.toLowerCase()) || allowed.includes(host.toLowerCase())) return;
  if (flags.yes) return;
  if (await confirm?.(`Load ${plan.target.shown} with ${load}?`)) return;
  throw userError(
    'HOST_NOT_ALLOWED',
    `target ${plan.target.shown}: ${load} would go to a host that is not this machine. ` +
      `If it is yours to load, put \`allow: [${hostname}]\` under \`target\`, or add \`--yes\``,
  );
}
