// Types for a profile written in TypeScript: `export default defineProfile({ … })`.

import type { ProfileInput } from './schema.ts';

/** Returns the profile as it is; an editor then knows its keys. It is checked when it is run. */
export function defineProfile(profile: ProfileInput): ProfileInput {
  return profile;
}
