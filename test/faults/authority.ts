// Certificates for 127.0.0.1 that end when a test says: the shipped ones hold for decades, and Node can only read them. As
// little of X.509 (RFC 5280) in DER as a client checks.

import { generateKeyPairSync, sign } from 'node:crypto';

/** One element: tag, length, content. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts);
const bits = (content: Uint8Array): Buffer => der(0x03, Buffer.from([0]), content);
/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256 */
const ECDSA_SHA256 = sequence(bytes('06 08 2a 86 48 ce 3d 04 03 02'));
const V3 = der(0xa0, bytes('02 01 02'));

const nameOf = (text: string): Buffer =>
  sequence(der(0x31, sequence(bytes('06 03 55 04 03'), der(0x0c, Buffer.from(text)))));

/** `20261123141500Z`, GeneralizedTime */
const timeOf = (ms: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(ms).toISOString().slice(0, 19).replace(/\D/g, '')}Z`));

/** 2.5.29.19: a CA; 2.5.29.17: for the address 127.0.0.1. */
const IS_CA = sequence(bytes('06 03 55 1d 13'), bytes('01 01 ff'), der(0x04, sequence(bytes('01 01 ff'))));
const OF_LOOPBACK = sequence(bytes('06 03 55 1d 11'), der(0x04, sequence(bytes('87 04 7f 00 00 01'))));

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
type Keys = ReturnType<typeof keyPair>;

export type Authority = {
  /** What a client must trust. */
  pem: string;
  /** A server's certificate and key; it holds from an hour ago until `untilMs` of the wall clock. */
  issue(untilMs: number): { cert: string; key: string };
};

export function makeAuthority(): Authority {
  const own = keyPair();
  let serial = 0;
  const certify = (subject: string, { publicKey }: Keys, untilMs: number, extension: Buffer): string => {
    const signed = sequence(
      V3,
      der(0x02, Buffer.from([++serial])),
      ECDSA_SHA256,
      nameOf('Faults'),
      sequence(timeOf(Date.now() - 3_600_000), timeOf(untilMs)),
      nameOf(subject),
      publicKey.export({ format: 'der', type: 'spki' }),
      der(0xa3, sequence(extension)),
    );
    const whole = sequence(signed, ECDSA_SHA256, bits(sign('sha256', signed, own.privateKey)));
    const lines = whole.toString('base64').replace(/.{64}/g, '$&\n');
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
  };
  return {
    pem: certify('Faults', own, Date.now() + 3_600_000, IS_CA),
    issue: (untilMs) => {
      const keys = keyPair();
      const key = keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
      return { cert: certify('127.0.0.1', keys, untilMs, OF_LOOPBACK), key };
    },
  };
}
