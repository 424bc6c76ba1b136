// What `import … from 'doorbuster'` gives: no logic here.

export { loadPlan, type PlanFlags } from './commands/load.ts';
export { type Problem, UserError } from './errors.ts';
export type { Judgement, SloResult, Verdict } from './judge/spec.ts';
export { judge } from './judge/verdict.ts';
export {
  type Bought,
  defineJourney,
  type JourneyCode,
  type JourneyEnd,
  type JourneyOrder,
  type JourneyReply,
  type JourneyRequest,
  type JourneyShop,
} from './order/code.ts';
export { defineProfile } from './profile/define.ts';
export type { Plan } from './profile/plan.ts';
export type { ProfileInput } from './profile/schema.ts';
export type { Result } from './report/result.ts';
export { type Run, type RunControl, type RunOptions, startRun } from './run/run.ts';
