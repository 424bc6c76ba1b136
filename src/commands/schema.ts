import { EXIT } from '../errors.ts';
import { profileJsonSchema } from '../profile/json-schema.ts';
import { RESULT_SCHEMA } from '../report/result-schema.ts';

/** Prints a JSON Schema on stdout. */
export function schemaCommand(flags: { of: 'profile' | 'result' }): number {
  const schema = flags.of === 'result' ? RESULT_SCHEMA : profileJsonSchema();
  process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
  return EXIT.pass;
}
