import { z } from 'zod';
import { TextStyle } from '../../text';
import {
  Nothing,
  WireFlag,
  WireInt,
  wireList,
  type BytesEndpoint,
  type JsonEndpoint,
  type StreamEndpoint
} from './endpoint';
import { RunParams } from './runs';

export const LogStream = z.enum(['stdout', 'stderr', 'display', 'error']);
export type LogStream = z.infer<typeof LogStream>;

/**
 * One line of a log. Lines are numbered from 0 within what `step` and `stream` select, in the order in which they
 * began; a number keeps its line for good.
 */
export const LogLine = z.object({
  line: z.int().min(0),
  step: z.string(),
  attempt: z.int().nullable(),
  cell: z.int().nullable(),
  stream: LogStream,
  /** Milliseconds since 1970, of its beginning. */
  time: z.number(),
  /** Without its end; after a carriage return only what overwrote the rest; colours as ANSI sequences. */
  text: z.string(),
  /** The look with which the text begins: what was said before it left a colour on. Absent where there is none. */
  style: TextStyle.optional(),
  /** Characters left out at the end of a line that is too long to be shown. */
  cut: z.int().min(0)
});
export type LogLine = z.infer<typeof LogLine>;

const selection = {
  /** One step's; else all steps'. `@metrics` is the metrics cells' step. */
  step: z.string().optional(),
  stream: wireList(LogStream).optional()
};

const PAGE_LINES = 1000;

/** A page of a log. */
export const readLog = {
  kind: 'json',
  method: 'GET',
  path: '/runs/:run/log',
  status: 200,
  params: RunParams,
  query: z.strictObject({
    ...selection,
    /** The first line; below 0 it counts from the end: -200 with a limit of 200 is the last page. */
    from: WireInt.default(0),
    limit: WireInt.min(1).max(PAGE_LINES).default(200)
  }),
  body: Nothing,
  answer: z.object({
    lines: z.array(LogLine),
    /** Lines there are by now. */
    total: z.int(),
    /** Whether no more can come unless the run is resumed. */
    complete: z.boolean()
  })
} as const satisfies JsonEndpoint;

/** Tells that a log has grown, at most a few times a second, with its end. */
export const LogGrowth = z.object({
  total: z.int(),
  complete: z.boolean(),
  /** The last lines, at most `tail`, of those that are new or were still being written. */
  lines: z.array(LogLine)
});
export type LogGrowth = z.infer<typeof LogGrowth>;

/**
 * Follows a log: a message now, and one whenever it has grown, until it is complete. Lines that came while a slow
 * reader was behind are not sent but counted; `readLog` gives them.
 */
export const followLog = {
  kind: 'stream',
  method: 'GET',
  path: '/runs/:run/log/growth',
  params: RunParams,
  query: z.strictObject({ ...selection, tail: WireInt.min(0).max(PAGE_LINES).default(200) }),
  message: LogGrowth
} as const satisfies StreamEndpoint;

export const LogMatch = z.object({
  line: LogLine,
  /** Half-open stretches of the line's text, UTF-16 offsets. */
  ranges: z.array(z.tuple([z.int(), z.int()]))
});
export type LogMatch = z.infer<typeof LogMatch>;

/**
 * Finds a text in a log, a page of matches at a time. No patterns: one that takes for ever would stop the runs that the
 * server executes.
 */
export const searchLog = {
  kind: 'json',
  method: 'GET',
  path: '/runs/:run/log/search',
  status: 200,
  params: RunParams,
  query: z.strictObject({
    ...selection,
    text: z.string().min(1).max(1000),
    matchCase: WireFlag.default(false),
    /** Search from this line on: `next` of the page before. */
    from: WireInt.min(0).default(0),
    limit: WireInt.min(1).max(PAGE_LINES).default(200)
  }),
  body: Nothing,
  answer: z.object({
    matches: z.array(LogMatch),
    /** Where the search goes on; null at the log's end. */
    next: z.int().nullable(),
    total: z.int()
  })
} as const satisfies JsonEndpoint;

/** The whole of a log as plain text, for a download. */
export const downloadLog = {
  kind: 'bytes',
  method: 'GET',
  path: '/runs/:run/log/text',
  params: RunParams,
  query: z.strictObject(selection),
  mediaType: 'text/plain; charset=utf-8'
} as const satisfies BytesEndpoint;
