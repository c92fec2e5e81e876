import type { RunEvent, RunEventBody } from '@chard/core/run';
import type { RunStore } from '../../stores';

/** Warnings about how a step's values came to it and where its files are: the engine gives them itself in every run. */
const ENGINE_WARNINGS: ReadonlySet<string> = new Set([
  'hidden-state-conflict',
  'global-conflict',
  'input-not-bound',
  'resources-exceeded',
  'secret-missing',
  'not-reusable',
  'file-not-brought'
]);

/**
 * What the last attempt of a step said in another run, to be said again as attempt `attempt` of this one. Cells are
 * moved to where the step has them now.
 */
export function outputsOf(
  runs: RunStore,
  run: string,
  step: string,
  attempt: number,
  cells: readonly number[]
): RunEventBody[] {
  const [created] = runs.read(run, { limit: 1 });
  const former =
    created?.type === 'run-created'
      ? (created.steps.find(({ name }) => name === step)?.cells ?? [])
      : [];
  const moved = new Map(former.map((cell, position) => [cell, cells[position] ?? cell]));
  const place = (cell: number | null): number | null =>
    cell === null ? null : (moved.get(cell) ?? cell);
  const events = runs.read(run, { step });
  const last = events.findLast(event => event.type === 'step-finished')?.attempt;
  return events.flatMap((event): RunEventBody[] => {
    const body = bodyOf(event);
    switch (body.type) {
      case 'output':
      case 'display':
        return body.attempt === last ? [{ ...body, attempt, cell: place(body.cell) }] : [];
      case 'output-dropped':
      case 'metric':
        return body.attempt === last ? [{ ...body, attempt }] : [];
      case 'warning':
        return ENGINE_WARNINGS.has(body.code) ? [] : [{ ...body, cell: place(body.cell) }];
      default:
        return [];
    }
  });
}

/** An event without its place in its log. */
function bodyOf(event: RunEvent): RunEventBody {
  const body: RunEventBody & Partial<Pick<RunEvent, 'seq' | 'time'>> = { ...event };
  delete body.seq;
  delete body.time;
  return body;
}
