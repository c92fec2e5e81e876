import { z } from 'zod';
import { Nothing, type JsonEndpoint, type WorkEndpoint } from './endpoint';
import { NotebookPath } from './notebooks';
import { RunItem, RunParams } from './runs';

export const EnvironmentChange = z.object({
  what: z.string(),
  isPackage: z.boolean(),
  before: z.string().nullable(),
  now: z.string().nullable()
});

/**
 * Puts what a run saw into a folder below Jupyter's root: the notebook as it ran, with its data. `run-without-snapshot` (409);
 * `target-not-empty` (409) unless `replace` is set.
 */
export const restoreRun = {
  kind: 'work',
  method: 'POST',
  path: '/runs/:run/restore',
  params: RunParams,
  query: Nothing,
  body: z.strictObject({
    /** Below Jupyter's root; without it, a new one beside the notebook. */
    folder: NotebookPath.optional(),
    replace: z.boolean().default(false),
    withResults: z.boolean().default(false)
  }),
  answer: z.object({
    folder: z.string(),
    /** The notebook's path below Jupyter's root. */
    notebook: z.string(),
    files: z.int(),
    bytes: z.number(),
    problems: z.array(z.object({ path: z.string(), message: z.string() })),
    /** How today's environment differs from the run's; null where the kernel is gone. */
    environment: z.array(EnvironmentChange).nullable()
  })
} as const satisfies WorkEndpoint;

/** Runs a run's notebook again, with its values, on its snapshot. `run-without-snapshot`: 409. */
export const runAsItWas = {
  kind: 'json',
  method: 'POST',
  path: '/runs/:run/again',
  status: 201,
  params: RunParams,
  query: Nothing,
  body: z.strictObject({ cache: z.boolean().default(false) }),
  answer: z.object({ run: RunItem })
} as const satisfies JsonEndpoint;
