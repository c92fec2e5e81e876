import type { ApiFailure } from '@chard/core/protocol/api';
import type { Diagnostic } from '@chard/core';
import { ChardError } from '../../errors';

/** A failure with its HTTP status and its body. */
export class HttpFailure extends Error {
  constructor(
    readonly status: number,
    readonly body: ApiFailure
  ) {
    super(body.error.message);
  }
}

/** What a request's schema does not accept. */
export function badRequest(
  message: string,
  issues: readonly { place: string; message: string }[] = []
): HttpFailure {
  return new HttpFailure(400, { error: { code: 'bad-request', message, issues: [...issues] } });
}

/** A notebook that cannot do what was asked for, with all that is wrong with it. */
export function notebookHasErrors(
  path: string,
  consequence: string,
  diagnostics: readonly Diagnostic[]
): HttpFailure {
  const message = `${path} has errors; ${consequence}.`;
  return new HttpFailure(422, {
    error: { code: 'notebook-has-errors', message },
    diagnostics: [...diagnostics]
  });
}

/** An experiment that cannot start, with all that is wrong with it or with its notebook. */
export function experimentHasErrors(path: string, diagnostics: readonly Diagnostic[]): HttpFailure {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  const message = `The experiment on ${path} cannot start: ${first?.message ?? ''}`;
  return new HttpFailure(422, {
    error: { code: 'experiment-invalid', message },
    diagnostics: [...diagnostics]
  });
}

/** Statuses of the coded errors; those of wrong usage that are not here are the request's fault, all others the server's. */
const STATUS: Readonly<Record<string, number>> = {
  'display-unknown': 404,
  'experiment-unknown': 404,
  'notebook-unreadable': 404,
  'path-outside-root': 404,
  'run-unknown': 404,
  'step-unknown': 404,
  'artefact-missing': 404,
  'kernel-missing': 409,
  'kernel-not-python': 409,
  'interpreter-missing': 409,
  'experiment-active': 409,
  'experiment-name-taken': 409,
  'experiment-over': 409,
  'experiment-owned': 409,
  'missing-results': 409,
  'packages-missing': 409,
  'suggester-missing': 409,
  'run-active': 409,
  'run-complete': 409,
  'run-owned': 409,
  'step-unfinished': 409,
  'snapshot-unknown': 404,
  'snapshot-path-unknown': 404,
  'snapshot-outside-root': 404,
  'source-unknown': 404,
  'source-unavailable': 409,
  'snapshot-needed': 409,
  'snapshot-unsuitable': 409,
  'snapshot-too-large': 409,
  'snapshot-damaged': 422,
  'run-without-snapshot': 409,
  'workspace-unavailable': 409,
  'target-not-empty': 409,
  'file-too-large': 413,
  'folder-read-only': 409,
  'folder-unavailable': 409,
  'folder-full': 507,
  'value-missing': 404,
  'value-unreadable': 422,
  'malformed-parameter': 400,
  'unknown-parameter': 400,
  'wrong-parameter-type': 400,
  'store-busy': 503,
  'store-full': 507,
  'store-gone': 503,
  'store-read-only': 409,
  'engine-closed': 503
};

/** Any failure as a status and a body; what nobody foresaw is `internal`, and `report` gets all of it. */
export function describeFailure(
  error: unknown,
  report: (text: string) => void
): { status: number; body: ApiFailure } {
  if (error instanceof HttpFailure) return { status: error.status, body: error.body };
  if (error instanceof ChardError) {
    const { code, message, exitCode } = error;
    return {
      status: STATUS[code] ?? (exitCode === 2 ? 400 : 500),
      body: { error: { code, message } }
    };
  }
  report(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return {
    status: 500,
    body: {
      error: {
        code: 'internal',
        message:
          'This is a fault in Chard itself; the log of the Jupyter server has the details. Please report it.'
      }
    }
  };
}
