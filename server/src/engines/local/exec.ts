import type { RunState } from '@chard/core/run';
import type { Pipeline } from '@chard/core/pipeline';
import type { Stores } from '../../stores';
import type { ExecListener, ExecRequest, ExecResult } from '../engine';
import type { Clock } from './clock';
import { StepGraph } from './graph';
import { modulesToPreload } from './preload';
import type { Launcher } from './processes/launcher';
import { requireStep, stepValues } from './received';
import { execSpec, liveFolder } from './spec';
import { executeStep, type ProgressMessage } from './stepProcess';

export interface ExecServices {
  readonly stores: Stores;
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly instance: string;
  readonly signal: AbortSignal;
}

/**
 * Runs code on what a step of a run left, or got.
 * @throws ChardError `step-unknown`, `step-unfinished`, `value-missing`, `runner-failed`.
 */
export async function executeCode(
  { stores, launcher, clock, instance, signal }: ExecServices,
  { run, step: name, code, before, interpreter, secrets = {}, timeoutSeconds }: ExecRequest,
  pipeline: Pipeline,
  state: RunState,
  listener: ExecListener
): Promise<ExecResult> {
  const graph = new StepGraph(pipeline);
  const step = requireStep(graph, run, name);
  const { wanted, values } = stepValues(stores.values, graph, state, { run, step: name, before });
  for (const { name: value, group, refused } of wanted.values()) {
    if (group === null && !value.startsWith('@')) {
      listener({
        type: 'warning',
        step: name,
        code: 'value-not-kept',
        message: `"${value}" is not there: ${refused ?? 'it was not kept'}.`,
        cell: null
      });
    }
  }
  const launched = await launcher.launch(interpreter, modulesToPreload(pipeline), signal);
  const context = {
    run,
    pipeline,
    graph,
    notebook: state.notebook.path,
    place: liveFolder(state.notebook.path),
    store: stores.values.folder,
    secrets
  };
  const outcome = await executeStep({
    launched,
    spec: execSpec(context, step, values, code),
    timeoutSeconds: timeoutSeconds ?? null,
    clock,
    instance,
    signal,
    onMessage: message => {
      if (!isOfPrologue(pipeline, message)) tell(name, message, listener);
    }
  });
  // The code is in no cell; its line is its own.
  const error = outcome.error === null ? null : { ...outcome.error, cell: null };
  return { state: outcome.state, error };
}

/** What the prologue prints was there before the code was. */
function isOfPrologue({ prologue }: Pipeline, message: ProgressMessage): boolean {
  return 'cell' in message && prologue.some(({ cell }) => cell === message.cell);
}

function tell(step: string, message: ProgressMessage, listener: ExecListener): void {
  switch (message.type) {
    case 'output':
    case 'display':
    case 'output-dropped':
      return listener({ ...message, step, attempt: 1 });
    case 'warning':
      return listener({ ...message, step });
    default:
      return;
  }
}
