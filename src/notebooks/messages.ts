import { Diagnostic, NotebookEdit } from '@chard/core';
import { Pipeline } from '@chard/core/pipeline';
import { ModuleSource } from '@chard/core/protocol/api';
import { Suggestion } from '@chard/core/suggest';
import { z } from 'zod';

/**
 * What the page sends to the worker that analyses notebooks, and what comes back. The worker validates both, what it sends before it goes:
 * neither the schemas nor the time that they take are the page's.
 */

const Metadata = z.record(z.string(), z.json());

export const CellSnapshot = z.object({
  id: z.string(),
  cell_type: z.enum(['code', 'markdown', 'raw']),
  source: z.string(),
  metadata: Metadata
});
export type CellSnapshot = z.infer<typeof CellSnapshot>;

/** The notebook as it is now: all cells' ids, and those cells that changed since the message before. */
const Analyse = z.object({
  type: z.literal('analyse'),
  notebook: z.int(),
  revision: z.int(),
  name: z.string().min(1),
  metadata: Metadata,
  order: z.array(z.string()),
  changed: z.array(CellSnapshot),
  /** The modules beside the notebook; null where they are those of the message before. */
  modules: z.array(ModuleSource).nullable()
});

const Close = z.object({ type: z.literal('close'), notebook: z.int() });

const Size = z.object({ width: z.number(), height: z.number() });
export const GraphShape = z.object({
  nodes: z.array(Size.extend({ id: z.string() })),
  /** `label`: the room that the names on the edge take. */
  edges: z.array(z.object({ from: z.string(), to: z.string(), label: Size })),
  direction: z.enum(['down', 'right'])
});
export type GraphShape = z.infer<typeof GraphShape>;

const LayOut = z.object({ type: z.literal('lay-out'), request: z.int(), graph: GraphShape });

/** Asks what the cells that are nothing yet could be, of the notebook as last told. */
const Suggest = z.object({ type: z.literal('suggest'), request: z.int(), notebook: z.int() });

/** Asks for the edits that take some of the suggestions. */
const Take = z.object({
  type: z.literal('take'),
  request: z.int(),
  notebook: z.int(),
  suggestions: z.array(Suggestion)
});

export const WorkerRequest = z.discriminatedUnion('type', [Analyse, Close, LayOut, Suggest, Take]);
export type WorkerRequest = z.infer<typeof WorkerRequest>;

const Point = z.object({ x: z.number(), y: z.number() });
export type Point = z.infer<typeof Point>;

/** Centres of nodes and labels; edges as the points that they pass. */
export const GraphLayout = z.object({
  width: z.number(),
  height: z.number(),
  nodes: z.record(z.string(), Point),
  edges: z.array(
    z.object({ from: z.string(), to: z.string(), points: z.array(Point), label: Point })
  )
});
export type GraphLayout = z.infer<typeof GraphLayout>;

const Analysed = z.object({
  type: z.literal('analysed'),
  notebook: z.int(),
  revision: z.int(),
  /** Dotted names that the code imports: each may be a module beside the notebook. */
  imports: z.array(z.string()),
  pipeline: Pipeline.nullable(),
  diagnostics: z.array(Diagnostic)
});
export type Analysed = z.infer<typeof Analysed>;

/** Answers to requests that have a number. */
const Answer = z.discriminatedUnion('of', [
  z.object({ of: z.literal('lay-out'), layout: GraphLayout }),
  z.object({ of: z.literal('suggest'), suggestions: z.array(Suggestion) }),
  z.object({ of: z.literal('take'), edits: z.array(NotebookEdit) })
]);
export type Answer = z.infer<typeof Answer>;

const Answered = z.object({ type: z.literal('answered'), request: z.int(), answer: Answer });

/** Something in the worker broke: a fault in Chard or a file that could not be loaded, never the notebook's. */
const Failed = z.object({
  type: z.literal('failed'),
  notebook: z.int().nullable(),
  request: z.int().nullable(),
  message: z.string()
});

export const WorkerReply = z.discriminatedUnion('type', [Analysed, Answered, Failed]);
export type WorkerReply = z.infer<typeof WorkerReply>;
