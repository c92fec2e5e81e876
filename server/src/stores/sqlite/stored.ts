import type { z } from 'zod';
import { ChardError } from '../../errors';
import { reasonOf } from '../../files';

/**
 * A JSON document that a row holds. The database answers for the bytes; another program may have written over it.
 * @param what for the message: "the experiment E" @throws ChardError `store-damaged`
 */
export function stored(text: unknown, what: string): unknown {
  try {
    return JSON.parse(String(text));
  } catch (error) {
    throw damaged(what, error);
  }
}

/** As `stored`, of a form that may have been another one in another version. @throws ChardError `store-damaged` */
export function storedAs<T>(schema: z.ZodType<T>, text: unknown, what: string): T {
  const result = schema.safeParse(stored(text, what));
  if (result.success) return result.data;
  throw damaged(what, result.error.issues[0]);
}

function damaged(what: string, cause: unknown): ChardError {
  return new ChardError(
    'store-damaged',
    `What the store holds of ${what} is damaged (${reasonOf(cause)}). Put back a backup of it, or set CHARD_HOME to another folder.`,
    { cause }
  );
}
