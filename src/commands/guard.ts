// Nobody is loaded by accident: loopback runs freely, any other host must be in `target.allow`, or confirmed. A proxy is
// loaded as much as the target behind it.

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

/** The built-in shop, or a target and proxy on this machine. */
export function isOwnHost({ target }: Pick<Plan, 'target'>): boolean {
  if (target.demo) return true;
  return [target.url, ...(target.proxy === undefined ? [] : [target.proxy])].every((url) =>
    isLoopback(new URL(url).hostname),
  );
}

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
  const { target } = plan;
  if (target.demo || flags.yes) return;
  const strange = [target.url, ...(target.proxy === undefined ? [] : [target.proxy])]
    .map((url) => new URL(url))
    .filter(({ hostname, host }) => !isLoopback(hostname) && !isAllowed(target.allow, hostname, host))
    .map(({ hostname }) => hostname);
  if (strange.length === 0) return;
  const through = target.proxy === undefined ? '' : ` through the proxy ${target.proxy}`;
  if (await confirm?.(`Load ${target.shown}${through} with ${load}?`)) return;
  throw userError(
    'HOST_NOT_ALLOWED',
    `target ${target.shown}: ${load} would go${through} to a host that is not this machine. ` +
      `If it is yours to load, put \`allow: [${strange.join(', ')}]\` under \`target\`, or add \`--yes\``,
  );
}

function isAllowed(allow: readonly string[], hostname: string, host: string): boolean {
  const allowed = allow.map((entry) => entry.toLowerCase());
  return allowed.includes(hostname.toLowerCase()) || allowed.includes(host.toLowerCase());
}
