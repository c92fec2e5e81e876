import { metricsOf, type ExperimentState } from '@chard/core/experiment';

/** The trials as RFC 4180 has it: one line each, parameters and metrics each in a column of its own. */
export function trialsAsCsv({ spec, trials }: ExperimentState): string {
  const metrics = metricsOf(spec.objective);
  const parameters = spec.parameters.map(({ name }) => name);
  const header = [
    ...['trial', 'state', 'run', 'started', 'finished', 'duration_seconds', 'reason'],
    ...parameters.map(name => `parameter ${name}`),
    ...metrics.map(name => `metric ${name}`)
  ];
  const rows = trials.map(trial => [
    trial.number,
    trial.phase,
    trial.run,
    time(trial.startedAt),
    time(trial.finishedAt),
    trial.startedAt === null || trial.finishedAt === null
      ? null
      : (trial.finishedAt - trial.startedAt) / 1000,
    trial.reason,
    ...parameters.map(name => trial.parameters[name] ?? null),
    ...metrics.map(name => trial.values[name] ?? null)
  ]);
  return [header, ...rows].map(cells => `${cells.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  // What a spreadsheet would take for a formula is a text to it with this mark before.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function time(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
