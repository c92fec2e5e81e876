import { z } from 'zod';

/**
 * Where the companion server's API is: below Jupyter's base URL at `chard/api/v1`, behind the proxy at `/api/v1`. A
 * change that an older client would misread gets another number.
 */
export const API_PREFIX = '/api/v1';
/** What Jupyter Server mounts the companion server at, below its base URL. */
export const API_MOUNT = 'chard';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Target<Params extends z.ZodType, Query extends z.ZodType> {
  readonly method: Method;
  /** Below the prefix; `:name` is one segment, checked by `params`. */
  readonly path: string;
  readonly params: Params;
  readonly query: Query;
}

/** Answers with one JSON document. */
export interface JsonEndpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType
> extends Target<Params, Query> {
  readonly kind: 'json';
  /** Status of success. */
  readonly status: 200 | 201 | 202;
  readonly body: Body;
  readonly answer: Answer;
}

/** Answers with Server-Sent Events, the data of each a JSON document. */
export interface StreamEndpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Message extends z.ZodType = z.ZodType
> extends Target<Params, Query> {
  readonly kind: 'stream';
  readonly message: Message;
}

/** How far a work has come. The totals are null while they are not known. */
export const WorkProgress = z.object({
  files: z.int(),
  bytes: z.number(),
  totalFiles: z.int().nullable(),
  totalBytes: z.number().nullable()
});
export type WorkProgress = z.infer<typeof WorkProgress>;

/** What a work says: how far it is, a few times a second, and at last its answer, which the endpoint's own schema checks. */
export const WorkMessage = z.discriminatedUnion('type', [
  WorkProgress.extend({ type: z.literal('progress') }),
  z.object({ type: z.literal('done'), answer: z.unknown() })
]);
export type WorkMessage = z.infer<typeof WorkMessage>;

/**
 * Something that takes long: what cannot be done is refused with a status, as elsewhere; else Server-Sent Events (`WorkMessage`) say
 * how far it is, the last one what came of it, or, of the type `failure`, why nothing did. Giving the request up ends it.
 */
export interface WorkEndpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType
> extends Target<Params, Query> {
  readonly kind: 'work';
  readonly method: 'POST';
  readonly body: Body;
  readonly answer: Answer;
}

/** Answers with a document's bytes. */
export interface BytesEndpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType
> extends Target<Params, Query> {
  readonly kind: 'bytes';
  readonly mediaType: string;
}

export type Endpoint = JsonEndpoint | StreamEndpoint | WorkEndpoint | BytesEndpoint;

/** What a request to an endpoint carries in its address. */
export interface TargetInput<E extends Target<z.ZodType, z.ZodType>> {
  readonly params: z.input<E['params']>;
  readonly query: z.input<E['query']>;
}

/** For endpoints without parameters in the path, in the query, or without a body. */
export const Nothing = z.strictObject({});

/**
 * The path and query of a request, below Jupyter's base URL: `chard/api/v1/runs/r1/log?step=a`. Values that are
 * undefined are left out; a list repeats its name.
 */
export function requestTarget<E extends Target<z.ZodType, z.ZodType>>(
  endpoint: E,
  { params, query }: TargetInput<E>
): string {
  const values = params as Readonly<Record<string, unknown>>;
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(values[name]))
  );
  const words = Object.entries(query as Readonly<Record<string, unknown>>).flatMap(
    ([name, value]) =>
      [value]
        .flat()
        .filter(item => item !== undefined)
        .map(item => `${encodeURIComponent(name)}=${encodeURIComponent(String(item))}`)
  );
  return `${API_MOUNT}${API_PREFIX}${path}${words.length > 0 ? `?${words.join('&')}` : ''}`;
}

/** Where Jupyter Server gives the stream of a request over a WebSocket: its status as a text, and its bytes as they come. */
export function socketTarget(target: string): string {
  return target.replace(API_MOUNT, `${API_MOUNT}/streams`);
}

// In an address everything is text: these read it back.

/** A whole number, in an address. */
export const WireInt = z.coerce.number<number>().int();

/** A yes or no, in an address. */
export const WireFlag = z.union([z.boolean(), z.stringbool()]);

/** A list, in an address: the name repeated. */
export function wireList<Item extends z.ZodType>(item: Item) {
  return z.union([z.array(item), item.transform(value => [value])]);
}
