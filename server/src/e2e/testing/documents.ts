import { Diagnostic } from '@chard/core';
import { MetricValue, RunPhase } from '@chard/core/run';
import { z } from 'zod';

const Time = z.int().positive();

/** What `chard check --json` prints. */
export const CheckDocument = z.strictObject({
  diagnostics: z.array(Diagnostic.extend({ notebook: z.string() }).strict())
});

/** What a failed command prints with `--json`. */
export const FailureDocument = z.strictObject({
  error: z.strictObject({ code: z.string().regex(/^[a-z-]+$/), message: z.string().min(1) }),
  diagnostics: CheckDocument.shape.diagnostics.optional()
});

const StepFailure = z.object({
  type: z.string(),
  message: z.string(),
  cell: z.int().nullable(),
  line: z.int().nullable(),
  traceback: z.array(z.string())
});

/** What `chard run --json`, `runs retry --json` and, with more, `runs show --json` print. */
export const RunDocument = z.object({
  id: z.string().min(1),
  state: RunPhase,
  metrics: z.record(z.string(), z.union([z.number(), z.string()])),
  steps: z.array(
    z.object({
      name: z.string(),
      state: RunPhase,
      cached: z.boolean(),
      why: z.string(),
      durationMs: z.number().nullable(),
      attempts: z.int(),
      error: StepFailure.nullable()
    })
  ),
  error: StepFailure.extend({ step: z.string().nullable() }).nullable(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  displays: z.array(z.string()).optional()
});
export type RunDocument = z.infer<typeof RunDocument>;

export const ShowDocument = RunDocument.extend({
  notebookSha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: Time,
  finishedAt: Time.nullable(),
  environment: z.object({
    executable: z.string(),
    version: z.string(),
    platform: z.string(),
    packages: z.record(z.string(), z.string())
  }),
  pipelineDefinition: z.object({ schemaVersion: z.unknown(), steps: z.array(z.unknown()) })
});

export const ListDocument = z.strictObject({
  runs: z.array(
    z.strictObject({
      id: z.string(),
      number: z.int().min(1),
      title: z.string().nullable(),
      state: RunPhase,
      pipeline: z.string(),
      notebook: z.string(),
      parameters: z.record(z.string(), z.json()),
      metrics: z.record(z.string(), MetricValue),
      createdAt: Time,
      finishedAt: Time.nullable()
    })
  )
});

export const LogsDocument = z.strictObject({
  logs: z.array(
    z.strictObject({
      step: z.string(),
      stream: z.enum(['stdout', 'stderr', 'display', 'error']),
      time: Time,
      text: z.string()
    })
  )
});

export const ValuesDocument = z.strictObject({
  values: z.array(
    z.strictObject({
      name: z.string(),
      step: z.string(),
      type: z.string(),
      repr: z.string(),
      bytes: z.number(),
      digest: z.string(),
      kept: z.boolean(),
      why: z.string().optional()
    })
  ),
  /** With `-o`: where the value was written. */
  file: z.string().optional()
});

/** The one JSON document on standard output, as `schema` has it. */
export function readDocument<Schema extends z.ZodType>(
  { out, err }: { out: string; err: string },
  schema: Schema
): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(out));
  } catch (error) {
    throw new Error(`${String(error)}\nstdout: ${out}\nstderr: ${err}`, { cause: error });
  }
}
