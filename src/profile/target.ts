// `target:` → TargetPlan: where the orders go, and what it takes to get there.

import type { z } from 'zod';
import { placeholdersOf } from '../order/template.ts';
import { isSecretName } from '../secrets.ts';
import { parseDuration } from '../units.ts';
import type { TargetPlan } from './plan.ts';
import { countOf, parseSize } from './scalars.ts';
import type { Target } from './schema.ts';
import type { Section } from './section.ts';

/** What a link to a trace may say of an order. */
const TRACE_URL_NAMES = ['trace.id', 'order.key'] as const;

export type TargetInput = z.output<typeof Target>;

/** undefined when a mistake was told. */
export function planTarget(target: TargetInput, section: Section): TargetPlan | undefined {
  const where = planUrl(target.url, section);
  const tls = planTls(target, section);
  const proxy = target.proxy === undefined ? undefined : planProxy(target.proxy, section);
  const traceUrl = target.traceUrl === undefined ? undefined : planTraceUrl(target.traceUrl, section);
  if (!where || !tls || (target.proxy !== undefined && proxy === undefined)) return undefined;
  if (target.traceUrl !== undefined && traceUrl === undefined) return undefined;
  if (countOf(target.warm)! > countOf(target.connections)!) {
    const message = `\`target.warm\` opens ${countOf(target.warm)} connections, more than \`target.connections\` (${countOf(target.connections)}) allows`;
    section.complain({ code: 'WARM', message, path: ['target', 'warm'] });
    return undefined;
  }
  if (where.demo && String(target.http) === '2') {
    section.warn('target.http: the built-in shop speaks HTTP/1.1 only');
  }
  if (target.tls && !where.url.startsWith('https:')) {
    section.warn('target.tls has no effect: the URL is not https://');
  }
  if (where.demo && proxy !== undefined)
    section.warn('target.proxy has no effect: the built-in shop runs on this machine');
  return {
    ...where,
    http: String(target.http) === '2' ? '2' : '1.1',
    connection: target.connection,
    connections: countOf(target.connections)!,
    queue: countOf(target.queue)!,
    warm: countOf(target.warm)!,
    connectTimeoutUs: parseDuration(target.connectTimeout)!,
    timeoutUs: parseDuration(target.timeout)!,
    captureBytes: parseSize(target.capture)!,
    maxBodyBytes: parseSize(target.maxBody)!,
    maxHeadBytes: parseSize(target.maxHead)!,
    tls,
    ...(proxy === undefined || where.demo ? {} : { proxy }),
    ...(traceUrl === undefined ? {} : { traceUrl }),
    allow: target.allow,
  };
}

/** Messages name no part of the URL: it may hold a password. */
function planUrl(text: string, { complain }: Section): Pick<TargetPlan, 'shown' | 'url' | 'demo'> | undefined {
  if (text.trim() === 'demo') return { shown: 'demo', url: 'demo', demo: true };
  const refuse = (message: string) =>
    complain({ code: 'BAD_URL', message: `\`target.url\` ${message}`, path: ['target', 'url'] });
  if (!/^https?:\/\//i.test(text.trim()) || !URL.canParse(text.trim())) {
    refuse('must be `demo`, or a URL that starts with `http://` or `https://`, such as `https://shop.example`');
    return undefined;
  }
  const url = new URL(text.trim());
  const way = '`order: { headers: { authorization: "Basic ${CHECKOUT_BASIC}" } }`';
  if (url.username !== '' || url.password !== '') {
    refuse(`holds a user name or a password, which are never sent from there: say ${way}`);
    return undefined;
  }
  if (url.search !== '' || url.hash !== '') {
    refuse('holds a query or a fragment: a query belongs in `order.path`, a fragment is never sent');
    return undefined;
  }
  const bare = url.origin + url.pathname.replace(/\/+$/, '');
  return { shown: bare, url: bare, demo: false };
}

/** As `planUrl`, no part of it is shown. */
function planProxy(text: string, { complain }: Section): string | undefined {
  const refuse = (message: string) =>
    complain({ code: 'BAD_URL', message: `\`target.proxy\` ${message}`, path: ['target', 'proxy'] });
  if (!/^http:\/\//i.test(text.trim()) || !URL.canParse(text.trim())) {
    refuse('must be a URL that starts with `http://`, such as `http://proxy.example:3128`');
    return undefined;
  }
  const url = new URL(text.trim());
  if (url.username !== '' || url.password !== '') {
    refuse(
      'holds a user name or a password: a proxy that asks for them is not supported; use one that knows this machine',
    );
    return undefined;
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    refuse('must be the proxy alone, `http://host:port`, without a path, a query or a fragment');
    return undefined;
  }
  return url.origin;
}

/** A link that stands in every report: it must be one that a browser may follow, and hold nothing that a reader may not know. */
function planTraceUrl(text: string, { complain }: Section): string | undefined {
  const refuse = (rule: string) => {
    const message = `\`target.traceUrl\` ${rule}, such as \`https://traces.example/trace/{{trace.id}}\``;
    complain({ code: 'TRACE_URL', message, path: ['target', 'traceUrl'] });
    return undefined;
  };
  const written = text.trim();
  const named = placeholdersOf(written).map(({ name }) => name);
  const unknown = named.find((name) => !(TRACE_URL_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined)
    return refuse(`knows no \`{{${unknown}}}\`: only {{trace.id}} and {{order.key}} stand in it`);
  if (named.length === 0) return refuse('leads to the same page for every order: put `{{trace.id}}` in it');
  const example = written.replaceAll(/\{\{[^{}]*\}\}/g, '0');
  if (!/^https?:\/\//i.test(written) || !URL.canParse(example)) {
    return refuse('must be a URL that starts with `http://` or `https://`');
  }
  if (/^https?:\/\/[^/?#]*\{\{/i.test(written)) return refuse('must name its host: placeholders stand behind it');
  const url = new URL(example);
  const isTelling = [...url.searchParams.keys()].some(isSecretName);
  if (url.username !== '' || url.password !== '' || isTelling) {
    return refuse(
      'holds a user name, a password or a token, and everybody who opens a report could read it: use one without',
    );
  }
  return written;
}

function planTls({ tls }: TargetInput, section: Section): TargetPlan['tls'] | undefined {
  if (!tls) return { insecure: false };
  const pem = (name: 'ca' | 'cert' | 'key'): string | undefined => {
    const text = tls[name];
    if (text === undefined || text.includes('-----BEGIN ')) return text;
    return section.read(text, ['target', 'tls', name]);
  };
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    const [has, lacks] = tls.cert === undefined ? ['key', 'cert'] : ['cert', 'key'];
    const message = `\`target.tls.${has}\` needs \`target.tls.${lacks}\` beside it`;
    section.complain({ code: 'MISSING', message, path: ['target', 'tls', has!], focus: 'key' });
    return undefined;
  }
  const plan = {
    ca: pem('ca'),
    cert: pem('cert'),
    key: pem('key'),
    servername: tls.servername,
    insecure: tls.insecure,
  };
  if (tls.insecure) {
    section.warn(
      'target.tls.insecure: ANY certificate is accepted; whoever answers may not be the shop, and reads every order',
    );
  }
  return plan;
}
