import { z } from 'zod';
import { Assignment } from '../experiment/model';

/**
 * What the process that suggests trials answers, a JSON document a line (`suggester/chard_suggester`). It is greeted first;
 * then each request has one answer with the request's `id`.
 */
export const SUGGESTER_PROTOCOL = 1;

export const SuggesterGreeting = z.discriminatedUnion('ready', [
  z.object({ ready: z.literal(true), protocol: z.int(), optuna: z.string() }),
  /** A module that it cannot do without is not installed. */
  z.object({ ready: z.literal(false), protocol: z.int(), missing: z.string() })
]);
export type SuggesterGreeting = z.infer<typeof SuggesterGreeting>;

export const SuggesterAnswer = z.discriminatedUnion('ok', [
  z.object({ id: z.int(), ok: z.literal(true), answer: z.unknown() }),
  z.object({
    id: z.int(),
    ok: z.literal(false),
    error: z.object({ code: z.string(), message: z.string() })
  })
]);
export type SuggesterAnswer = z.infer<typeof SuggesterAnswer>;

/** Texts by key to be told again where the study goes on in another process. */
const Memory = z.record(z.string(), z.string());

/** The answer to each kind of request. */
export const SUGGESTER_ANSWERS = {
  open: z.object({}),
  ask: z.discriminatedUnion('exhausted', [
    z.object({ exhausted: z.literal(true) }),
    z.object({
      exhausted: z.literal(false),
      trial: z.int().min(1),
      parameters: Assignment,
      memory: Memory
    })
  ]),
  report: z.object({ prune: z.boolean() }),
  tell: z.object({ memory: Memory }),
  importances: z.object({
    method: z.string(),
    trials: z.int(),
    importances: z.array(z.object({ name: z.string(), value: z.number() })),
    reason: z.string()
  }),
  export: z.object({})
} as const;
export type SuggesterRequest = keyof typeof SUGGESTER_ANSWERS;
