import { z } from 'zod';
import { CodeCell } from '../../pipeline/model';
import { Nothing, WireFlag, type JsonEndpoint } from './endpoint';
import { RunParams } from './runs';

/** A value as a step left or got it. */
export const ValueItem = z.object({
  name: z.string(),
  /** The step that left it. */
  step: z.string(),
  /** The step whose code last changed it. */
  origin: z.string(),
  type: z.string(),
  /** A peek: the beginning of its `repr`, or a shape where that says more. */
  repr: z.string(),
  /** How large it is in each dimension; the number of items of a container. Not there for all else. */
  shape: z.array(z.int()).optional(),
  bytes: z.number(),
  /** Of its content: the same in two runs that made the same. */
  digest: z.string(),
  kept: z.boolean(),
  /** Why it was not kept. */
  why: z.string().nullable()
});
export type ValueItem = z.infer<typeof ValueItem>;

/** What the steps left, and for one step also what it got. */
export const listValues = {
  kind: 'json',
  method: 'GET',
  path: '/runs/:run/values',
  status: 200,
  params: RunParams,
  query: z.strictObject({
    step: z.string().optional(),
    name: z.string().optional(),
    /** Also what a step passed on as it got it, and the names that IPython keeps. */
    all: WireFlag.default(false)
  }),
  body: Nothing,
  answer: z.object({
    values: z.array(ValueItem),
    /** With `step`: the values that it got. */
    inputs: z.array(ValueItem)
  })
} as const satisfies JsonEndpoint;
export type ListedValues = z.infer<typeof listValues.answer>;

/**
 * A look at one value as a step left it, or got it: the person's own Python reads it and shows its beginning. Bounded in
 * size and time. `step-unfinished` (409), `value-missing` (404), `value-unreadable` (422).
 */
export const peekValue = {
  kind: 'json',
  method: 'POST',
  path: '/runs/:run/steps/:step/peek',
  status: 200,
  params: RunParams.extend({ step: z.string() }),
  query: Nothing,
  body: z.strictObject({
    name: z.string().min(1).max(512),
    /** What the step got instead of what it left. */
    before: z.boolean().default(false)
  }),
  /** A bundle by MIME type, as nbformat has it. */
  answer: z.object({
    data: z.record(z.string(), z.json()),
    metadata: z.record(z.string(), z.json())
  })
} as const satisfies JsonEndpoint;

/**
 * What makes a fresh kernel hold what a step got, to find out there what is wrong with it. `step-unfinished` (409) where not
 * all steps above it have succeeded.
 */
export const getStepKernel = {
  kind: 'json',
  method: 'GET',
  path: '/runs/:run/steps/:step/kernel',
  status: 200,
  params: RunParams.extend({ step: z.string() }),
  query: Nothing,
  body: Nothing,
  answer: z.object({
    /** Kernelspec name; null for the default. */
    kernel: z.string().nullable(),
    /** Python to be executed in the kernel first. It runs the prologue and binds the inputs. */
    setup: z.string(),
    /** The step's cells as they ran, for the person to run. */
    cells: z.array(CodeCell),
    /** Inputs that the kernel lacks, because they were not kept. */
    missing: z.array(ValueItem)
  })
} as const satisfies JsonEndpoint;
