import { RunnerMessage } from '@chard/core/protocol';

/** A runner that does not keep to the protocol. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Reads one line of a runner. @throws ProtocolError */
export function parseRunnerMessage(line: string): RunnerMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ProtocolError(`not JSON: ${excerpt(line)}`);
  }
  if (isOutput(value)) return value;
  const message = RunnerMessage.safeParse(value);
  if (!message.success) {
    const [issue] = message.error.issues;
    throw new ProtocolError(
      `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}: ${excerpt(line)}`
    );
  }
  return message.data;
}

type OutputMessage = Extract<RunnerMessage, { type: 'output' }>;

/** The schema's check for the one message that comes by the million. */
function isOutput(value: unknown): value is OutputMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { type, cell, stream, text } = value as Partial<Record<keyof OutputMessage, unknown>>;
  return (
    type === 'output' &&
    (cell === null || Number.isSafeInteger(cell)) &&
    (stream === 'stdout' || stream === 'stderr') &&
    typeof text === 'string'
  );
}

function excerpt(line: string): string {
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
