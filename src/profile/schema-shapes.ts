// The shapes that the sections of the schema share: texts, truth values, maps that refuse unknown keys.

import { z } from 'zod';

/** The message of an issue that only steers a union. */
export const NOT_TOLD = '';

export const text = (must: string) => z.string({ error: `must be ${must}` }).min(1, { error: `must be ${must}` });
export const flag = () => z.boolean({ error: 'must be `true` or `false`' });
export const map = <T extends z.core.$ZodLooseShape>(shape: T, must: string) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? `must be ${must}` : undefined),
  });

const isMap = (input: unknown): input is object => typeof input === 'object' && input !== null && !Array.isArray(input);
/** Holds also while other keys are still wrong, so that both mistakes are reported together. */
export const atMostOneKey = (error: string) =>
  [
    (input: object) => Object.keys(input).length <= 1,
    { error, when: (payload: { value: unknown }) => isMap(payload.value) },
  ] as const;
/** Only of a map with nothing else wrong: an unknown key is no key to the schema. */
export const someKey = (error: string) =>
  [
    (input: object) => Object.keys(input).length > 0,
    { error, when: (payload: { issues: readonly unknown[] }) => payload.issues.length === 0 },
  ] as const;

/** Text, or a number or truth value that stands for its text. */
export const scalar = (what: string) => z.union([z.string(), z.number(), z.boolean()], { error: `must be ${what}` });
