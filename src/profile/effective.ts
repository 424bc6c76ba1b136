// The effective profile: what was written with every default filled and every flag applied, variables left as names and
// secrets redacted; and the hash of what it comes to.

import { stringify } from 'yaml';
import type { OrderSpec, StepSpec } from '../order/spec.ts';
import { mayHoldSecret } from '../secrets.ts';
import type { CurveSpec } from '../traffic/spec.ts';
import { hashOf } from './hash.ts';
import { at, mapLeaves, type Path, startsWith } from './paths.ts';
import type { Adjustment, SloLine, TargetPlan } from './plan.ts';
import { hidden, redacted } from './redact.ts';
import { holdsVariable } from './variables.ts';

type Shown = {
  /** As written. */
  raw: unknown;
  file: string;
  /** Paths that a flag wrote. */
  flagged: readonly Path[];
  adjustments: readonly Adjustment[];
};

/** `filled` has its defaults and its variables. What a flag wrote is shown as little as in the command line. */
export function effectiveYamlOf(filled: unknown, { raw, file, flagged, adjustments }: Shown): string {
  const shown = mapLeaves(filled, (leaf, path) => {
    const written = at(raw, path);
    const isFlagged = flagged.some((prefix) => startsWith(path, prefix)) && mayHoldSecret(path);
    return (isFlagged ? hidden : redacted)(holdsVariable(written) ? written : leaf, path);
  });
  const head = [
    `Effective profile of ${file.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')}: defaults filled in, secrets redacted.`,
    ...adjustments.map(({ flag, value, says }) => `--${flag} ${value.trim()}: ${says}`),
  ];
  return `${head.map((line) => `# ${line}`).join('\n')}\n${stringify(shown, { lineWidth: 0 })}`;
}

type Hashed = {
  name: string;
  target: TargetPlan;
  curve: CurveSpec;
  order: OrderSpec;
  slo: readonly SloLine[];
  stop: readonly SloLine[];
};

/**
 * The same for the same load and the same demands, whatever the file, its layout, or the shop it is aimed at: two runs
 * may be compared when their hashes agree. So the seed is left out as well (another draw from the same plan), and so are
 * secrets, which a hash could give away.
 */
export function profileHashOf({ name, target, curve, order, slo, stop }: Hashed): string {
  const { http, connection, connections, queue, warm, connectTimeoutUs, timeoutUs } = target;
  const { seed: _seed, ...shape } = curve;
  const { skus, quantity, buyers } = order.identity;
  return hashOf({
    name,
    target: { http, connection, connections, queue, warm, connectTimeoutUs, timeoutUs },
    traffic: shape,
    order: { steps: order.steps.map(withoutSecrets), skus, quantity, buyers, rules: order.rules },
    slo: slo.map(({ text }) => text),
    stop: stop.map(({ text }) => text),
  });
}

function withoutSecrets({ method, path, headers, body }: StepSpec) {
  const shownBody =
    body.kind === 'form'
      ? { ...body, fields: body.fields.map(([name, value]) => [name, redacted(value, ['order', 'form', name])]) }
      : mapLeaves(body, (leaf, below) => redacted(leaf, ['order', ...below]));
  return {
    method,
    path: redacted(path, ['order', 'path']),
    headers: headers.map(([name, value]) => [name, redacted(value, ['order', 'headers', name])]),
    body: shownBody,
  };
}
