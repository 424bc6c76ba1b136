import { EXIT } from '../errors.ts';
import { profileJsonSchema } from '../profile/json-schema.ts';
import { CAPACITY_SCHEMA } from '../report/capacity-schema.ts';
import { EVENTS_SCHEMA } from '../report/events-schema.ts';
import { HISTORY_SCHEMA } from '../report/history-row.ts';
import { RESULT_SCHEMA } from '../report/result-schema.ts';

/** Prints a JSON Schema on stdout. */
export function schemaCommand(flags: { of: 'profile' | 'result' | 'events' | 'capacity' | 'history' }): number {
  const schema = {
    profile: profileJsonSchema,
    result: () => RESULT_SCHEMA,
    events: () => EVENTS_SCHEMA,
    capacity: () => CAPACITY_SCHEMA,
    history: () => HISTORY_SCHEMA,
  }[flags.of]();
  process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
  return EXIT.pass;
}
