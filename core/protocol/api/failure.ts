import { z } from 'zod';
import { Diagnostic } from '../../diagnostics';
import { FieldPath } from '../../experiment/problems';

/**
 * The body of every answer that is not a success, as on the command line. `code` is stable; `message` says what is
 * wrong, where and what to do.
 *
 * The server's own codes: `bad-request` (400, with `issues`), `not-found` (404), `method-not-allowed` (405),
 * `wrong-media-type` (415), `body-too-large` (413), `path-outside-root` (404), `notebook-has-errors` (422, with `diagnostics`),
 * `experiment-invalid` (422, with `diagnostics`), `internal` (500). The proxy's: `server-unavailable` (503). All others are those of the command line.
 */
export const ApiFailure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    /** What the request's schema does not accept: a place such as `body.path`, and why. */
    issues: z.array(z.object({ place: z.string(), message: z.string() })).optional()
  }),
  /** Those of an experiment say at which of its fields. */
  diagnostics: z.array(Diagnostic.extend({ field: FieldPath.optional() })).optional()
});
export type ApiFailure = z.infer<typeof ApiFailure>;
