// The effective profile: what was written with every default filled and every flag applied, variables left as names and
// secrets redacted; and the hash of what it comes to.

import { stringify } from 'yaml';
import type { ControlStep } from '../order/books.ts';
import type { FeederSpec, OrderSpec, StepSpec } from '../order/spec.ts';
import { mayHoldSecret } from '../secrets.ts';
import type { CurveSpec } from '../traffic/spec.ts';
import { hashOf } from './hash.ts';
import type { SecretNames } from './named-secrets.ts';
import { at, isMap, mapLeaves, type Path, startsWith } from './paths.ts';
import type { Adjustment, SloLine, TargetPlan, TraceSource } from './plan.ts';
import { hidden, isFlagValue, redacted } from './redact.ts';
import type { AuditInput } from './schema-audit.ts';
import { holdsVariable } from './variables.ts';

type Shown = {
  /** As written. */
  raw: unknown;
  file: string;
  /** Paths that a flag wrote. */
  flagged: readonly Path[];
  adjustments: readonly Adjustment[];
  sources: readonly TraceSource[];
  /** Names of the files it reads, as written. */
  files: readonly string[];
  names: SecretNames;
};

/** `filled` has its defaults and its variables. What a flag wrote is shown as little as in the command line. */
export function effectiveYamlOf(
  filled: unknown,
  { raw, file, flagged, adjustments, sources, files, names }: Shown,
): string {
  const shown = mapLeaves(filled, (leaf, path) => {
    const written = at(raw, path);
    const before = typeof path.at(-1) === 'number' ? at(filled, [...path.slice(0, -1), Number(path.at(-1)) - 1]) : '';
    if (isFlagValue(path, before)) return hidden(holdsVariable(written) ? written : leaf, path);
    const isFlagged = flagged.some((prefix) => startsWith(path, prefix)) && mayHoldSecret(path);
    const shownLeaf = holdsVariable(written) ? written : leaf;
    return isFlagged ? hidden(shownLeaf, path) : redacted(shownLeaf, path, names);
  });
  const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
  const head = [
    `Effective profile of ${oneLine(file)}: defaults filled in, secrets redacted.`,
    ...(files.length > 0
      ? [`To run it again, put it beside the original: it reads ${oneLine(files.join(', '))}.`]
      : []),
    ...sources.flatMap(({ part, says }) => says.map((line) => oneLine(`${part}: ${line}`))),
    ...adjustments.map(({ flag, value, says }) => `--${flag} ${value.trim()}: ${says}`),
  ];
  return `${head.map((line) => `# ${line}`).join('\n')}\n${stringify(shown, { lineWidth: 0 })}`;
}

type Hashed = {
  name: string;
  target: TargetPlan;
  curve: CurveSpec;
  order: OrderSpec;
  setup: readonly ControlStep[];
  teardown: readonly ControlStep[];
  /** As it is effective; undefined without one. */
  audit: AuditInput | undefined;
  slo: readonly SloLine[];
  stop: readonly SloLine[];
  names: SecretNames;
};

/**
 * The same for the same load and the same demands, whatever the file, its layout, or the shop it is aimed at: two runs
 * may be compared when their hashes agree. So the seed and the cells of feeders are left out as well (another draw from
 * the same plan), and so are secrets, which a hash could give away; the built-in shop's own books go without saying.
 */
export function profileHashOf({
  name,
  target,
  curve,
  order,
  setup,
  teardown,
  audit,
  slo,
  stop,
  names,
}: Hashed): string {
  const { http, connection, connections, queue, warm, connectTimeoutUs, timeoutUs, proxy } = target;
  const { seed: _seed, ...shape } = curve;
  const { runId: _runId, seed: _drawn, ...identity } = order.identity;
  const { steps, rules, feeders, shoppers, cookies, placedBy, journey } = order;
  // What is left out must not count: profiles from before it was known keep their hash.
  const more = {
    placedBy: steps.length > 1 ? placedBy : undefined,
    feeders: feeders?.map(({ name: feeder, columns, rows, order: way }: FeederSpec) => ({
      feeder,
      columns,
      rows,
      way,
    })),
    shoppers,
    cookies,
    journey: journey?.hash,
  };
  return hashOf({
    name,
    target: {
      http,
      connection,
      connections,
      queue,
      warm,
      connectTimeoutUs,
      timeoutUs,
      ...(proxy ? { proxied: true } : {}),
    },
    traffic: shape,
    order: { steps: steps.map((step) => withoutSecrets(step, names)), ...identity, rules, ...more },
    setup: setup.length > 0 ? setup.map((step) => withoutSecrets(step, names)) : undefined,
    teardown: teardown.length > 0 ? teardown.map((step) => withoutSecrets(step, names)) : undefined,
    audit: isMap(audit) ? mapLeaves(audit, (leaf, below) => redacted(leaf, ['audit', ...below], names)) : undefined,
    slo: slo.map(({ text }) => text),
    stop: stop.map(({ text }) => text),
  });
}

/** A step whose name was not given keeps the hash it always had. */
function withoutSecrets(step: StepSpec | ControlStep, names: SecretNames) {
  const { name, method, path, headers, body, shownPath: _shown, ...rest } = step;
  const shownBody =
    body.kind === 'form'
      ? {
          ...body,
          fields: body.fields.map(([field, value]) => [field, redacted(value, ['order', 'form', field], names)]),
        }
      : mapLeaves(body, (leaf, below) =>
          redacted(leaf, ['order', ...(body.kind === 'graphql' ? ['graphql'] : []), ...below], names),
        );
  const isNamed = name !== 'order';
  return {
    ...(isNamed ? { name } : {}),
    ...rest,
    method,
    path: redacted(path, ['order', 'path'], names),
    headers: headers.map(([header, value]) => [header, redacted(value, ['order', 'headers', header], names)]),
    body: shownBody,
  };
}
