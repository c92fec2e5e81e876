import type { RunEvent } from '@chard/core/run';
import { grouped } from '@chard/core/text';

/** One piece of what a step said, as `chard runs logs` prints it. */
export interface LogEntry {
  readonly step: string;
  readonly stream: 'stdout' | 'stderr' | 'display' | 'error';
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly text: string;
}

/** The log entry that an event makes, if it makes one. */
export function logEntry(event: RunEvent): LogEntry | null {
  const { time } = event;
  switch (event.type) {
    case 'output':
      return { step: event.step, stream: event.stream, time, text: event.text };
    case 'output-dropped':
      return {
        step: event.step,
        stream: event.stream,
        time,
        text: `\n[${grouped(event.bytes)} bytes left out: the step printed more than its log limit]\n`
      };
    case 'display':
      return { step: event.step, stream: 'display', time, text: displayText(event) };
    case 'step-retrying':
      return { step: event.step, stream: 'error', time, text: errorText(event.error) };
    case 'step-finished':
      return event.error === null
        ? null
        : { step: event.step, stream: 'error', time, text: errorText(event.error) };
    default:
      return null;
  }
}

function displayText({ data }: Extract<RunEvent, { type: 'display' }>): string {
  const plain = data['text/plain'];
  const text = Array.isArray(plain) ? plain.join('') : plain;
  return typeof text === 'string' ? `${text}\n` : `[${Object.keys(data).join(', ')}]\n`;
}

function errorText(error: { type: string; message: string; traceback: readonly string[] }): string {
  const lines = error.traceback.length > 0 ? error.traceback : [`${error.type}: ${error.message}`];
  return `${lines.join('\n')}\n`;
}
