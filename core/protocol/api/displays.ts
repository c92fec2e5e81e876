import { z } from 'zod';
import { Nothing, WireInt, type JsonEndpoint } from './endpoint';
import { RunParams } from './runs';

/** Something that a step displayed, without its content. */
export const DisplayItem = z.object({
  /** Names the display within its run; its content never changes. */
  seq: z.int().min(1),
  step: z.string(),
  /** Where it stands in the notebook; null for what was displayed after the cells. */
  cell: z.int().nullable(),
  time: z.number(),
  /** `result` is a cell's last expression, `display` all else. */
  kind: z.enum(['display', 'result']),
  mimeTypes: z.array(z.string()),
  bytes: z.int(),
  /** SHA-256 of the content: the same in two runs that drew the same. */
  digest: z.string()
});
export type DisplayItem = z.infer<typeof DisplayItem>;

/** What stands there in the end: updates and later attempts have replaced what was before. */
export const listDisplays = {
  kind: 'json',
  method: 'GET',
  path: '/runs/:run/displays',
  status: 200,
  params: RunParams,
  query: z.strictObject({ step: z.string().optional() }),
  body: Nothing,
  answer: z.object({ displays: z.array(DisplayItem) })
} as const satisfies JsonEndpoint;

/** A display's content: a bundle by MIME type, as nbformat has it. May be kept for ever. */
export const getDisplay = {
  kind: 'json',
  method: 'GET',
  path: '/runs/:run/displays/:seq',
  status: 200,
  params: RunParams.extend({ seq: WireInt.min(1) }),
  query: Nothing,
  body: Nothing,
  answer: z.object({
    data: z.record(z.string(), z.json()),
    metadata: z.record(z.string(), z.json())
  })
} as const satisfies JsonEndpoint;
