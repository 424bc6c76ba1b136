// What the page is made from: the files of a run folder, and nothing else. A run that ends and `report RUNDIR` that
// rebuilds it months later hand over the same three texts, so they write the same page.

import type { Charts } from '../charts/spec.ts';
import type { Result } from '../result.ts';

export type RunView = {
  result: Result;
  charts: Charts;
  /** The effective profile as YAML, secrets redacted. */
  profile: string;
  /** While the run goes on: what there is to say instead of a verdict, and what the stop button shows the server. */
  live?: { says: string; token: string };
};

/** Style sheet and script: in the page, or as files beside it. */
export type PageAssets = { kind: 'inline'; css: string; js: string } | { kind: 'files'; css: string; js: string };
