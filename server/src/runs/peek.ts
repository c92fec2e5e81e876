import type { RunEventBody } from '@chard/core/run';
import type { Engine, ExecutionContext } from '../engines/engine';
import { ChardError } from '../errors';

/** Longer than reading a large value takes, shorter than a person waits. */
const TIMEOUT_SECONDS = 60;

export interface PeekRequest {
  readonly run: string;
  readonly step: string;
  readonly name: string;
  /** What the step got instead of what it left. */
  readonly before: boolean;
}

/** A bundle by MIME type, as nbformat has it. */
export type Bundle = Pick<Extract<RunEventBody, { type: 'display' }>, 'data' | 'metadata'>;

/**
 * A look at one value, made by the person's own Python in the state that holds it: a value may be of a class that only the
 * prologue makes.
 * @throws ChardError `step-unknown`, `step-unfinished`, `value-missing`, `value-unreadable`.
 */
export async function peekAtValue(
  engine: Engine,
  context: ExecutionContext,
  { run, step, name, before }: PeekRequest,
  signal: AbortSignal
): Promise<Bundle> {
  let shown: Bundle | null = null;
  const code = `__import__("chard_runner.peek").peek.Peek(globals()[${pythonText(name)}])`;
  const request = { ...context, run, step, code, before, signal, timeoutSeconds: TIMEOUT_SECONDS };
  const { error } = await engine.execute(request, body => {
    if (body.type === 'display') shown = { data: body.data, metadata: body.metadata };
  });
  if (error?.type === 'KeyError' && shown === null) {
    throw new ChardError(
      'value-missing',
      `"${name}" is not among the values of the step "${step}" that were kept.`
    );
  }
  if (error !== null || shown === null) {
    const reason = error === null ? 'it shows nothing' : `${error.type}: ${error.message}`;
    throw new ChardError('value-unreadable', `"${name}" cannot be shown: ${reason}`);
  }
  return shown;
}

/** A text as Python reads it: JSON's, with what lies beyond ASCII as escapes that both languages know. */
function pythonText(text: string): string {
  const points = Array.from(text, character => {
    const point = character.codePointAt(0) as number;
    if (point < 0x7f) return JSON.stringify(character).slice(1, -1);
    return `\\U${point.toString(16).padStart(8, '0')}`;
  });
  return `"${points.join('')}"`;
}
