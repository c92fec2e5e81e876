import { METRICS_STEP } from '@chard/core/pipeline';
import { isOver, type RunState, type StepState } from '@chard/core/run';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useEffect, useId, useMemo, useReducer, useRef, useState } from 'react';
import { Drawing } from '../graph/drawing';
import { pipelineGraph } from '../graph/pipelineGraph';
import { useLayout, useWidth } from '../graph/useLayout';
import { metricsIcon, stepIcon } from '../icons';
import type { IChardNotebooks } from '../tokens';
import type { ChardApi } from './api';
import { Displays } from './displays';
import type { LiveRun } from './liveRun';
import { Log } from './log';
import { duration, phaseIcon, phaseTone, phaseWord, stepStatus } from './words';

export interface RunDocumentOptions {
  readonly run: LiveRun;
  readonly api: ChardApi;
  readonly notebooks: IChardNotebooks;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
  /** Leads to a cell of the run's notebook. */
  readonly onGoTo: (path: string, cell: number, line: number | null) => void;
}

/** Below this width a graph is drawn top down. */
const NARROW = 700;

/** A run in the main area: what happened in words, the graph with its states, and one step in detail. */
export class RunDocument extends ReactWidget {
  constructor(private readonly options: RunDocumentOptions) {
    super();
    this.addClass('jp-chard-Run');
  }

  override render() {
    return <RunView {...this.options} />;
  }
}

function RunView(options: RunDocumentOptions) {
  const { run, trans } = options;
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    run.changed.connect(draw);
    draw();
    return () => {
      run.changed.disconnect(draw);
    };
  }, [run]);
  const [chosen, setChosen] = useState<string | null>(null);
  const { state, problem } = run;
  if (!state) {
    return problem === null ? (
      <p className="jp-chard-Run-note">{trans.__('Reading the run…')}</p>
    ) : (
      <p className="jp-chard-Run-note" role="alert">
        {problem}
      </p>
    );
  }
  const shown = chosen ?? interesting(state);
  return (
    <>
      {problem !== null && (
        <p role="alert" className="jp-chard-Failure">
          {trans.__('What is shown may be old: %1 Trying again.', problem)}
        </p>
      )}
      <Header {...options} state={state} />
      <div className="jp-chard-Run-body">
        <div className="jp-chard-Run-steps">
          <RunGraph {...options} state={state} selected={shown} onSelect={setChosen} />
          <Table state={state} selected={shown} onSelect={setChosen} trans={trans} />
          <Metrics state={state} trans={trans} />
        </div>
        {shown !== null && <Inspector key={shown} {...options} state={state} name={shown} />}
      </div>
    </>
  );
}

/** The step that a person would look at: the one that failed, else the one that runs, else the last. */
export function interesting({ steps }: RunState): string | null {
  const found =
    steps.find(({ phase }) => phase === 'failed') ??
    steps.find(({ phase }) => phase === 'running') ??
    steps.findLast(({ phase }) => phase === 'succeeded') ??
    steps[0];
  return found?.name ?? null;
}

function titleOf(name: string, trans: TranslationBundle): string {
  return name === METRICS_STEP ? trans.__('Metrics') : name;
}

/** Ticks while `running`, so that times go on. */
function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

function Header(props: RunDocumentOptions & { readonly state: RunState }) {
  const { run, state, trans } = props;
  const [problem, setProblem] = useState<string | null>(null);
  const over = isOver(state.phase);
  const now = useNow(!over);
  const Icon = phaseIcon(state.phase);
  const started = state.startedAt ?? state.createdAt;
  const act = (action: () => Promise<void>): void => {
    setProblem(null);
    action().catch((error: Error) => setProblem(error.message));
  };
  const done = state.steps.filter(({ phase }) => phase === 'succeeded').length;
  return (
    <header className="jp-chard-Run-header">
      <h1>{state.pipeline}</h1>
      <span className="jp-chard-Run-state" data-tone={phaseTone(state.phase)} role="status">
        <Icon.react tag="span" className="jp-chard-icon" />
        {state.error?.step
          ? trans.__('Failed in %1', titleOf(state.error.step, trans))
          : over
            ? capital(phaseWord(state.phase, trans))
            : trans.__('%1 of %2 steps done', done, state.steps.length)}
      </span>
      {started !== null && (
        <span className="jp-chard-hint">
          {new Date(started).toLocaleTimeString()} ·{' '}
          {duration(Math.max(0, (state.finishedAt ?? now) - started))}
        </span>
      )}
      {Object.entries(state.parameters).map(([name, value]) => (
        <span key={name} className="jp-chard-Run-parameter">
          {name} <code>{JSON.stringify(value)}</code>
        </span>
      ))}
      <span className="jp-chard-Run-actions">
        {!over && (
          <button
            type="button"
            className="jp-chard-Button"
            disabled={state.cancelling}
            onClick={() => act(() => run.cancel())}
          >
            {state.cancelling ? trans.__('Cancelling…') : trans.__('Cancel run')}
          </button>
        )}
        {over && state.phase !== 'succeeded' && (
          <button type="button" className="jp-chard-Button" onClick={() => act(() => run.retry())}>
            {trans.__('Go on from where it failed')}
          </button>
        )}
      </span>
      {problem !== null && <p role="alert">{problem}</p>}
    </header>
  );
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

interface Choosing {
  readonly state: RunState;
  readonly selected: string | null;
  readonly onSelect: (name: string) => void;
}

function RunGraph(props: RunDocumentOptions & Choosing) {
  const { run, state, trans, selected, onSelect, notebooks } = props;
  const graph = useMemo(
    () => (run.pipeline ? pipelineGraph(run.pipeline, trans.__('Metrics')) : null),
    [run.pipeline]
  );
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const direction = width < NARROW ? 'down' : 'right';
  const { layout, failure } = useLayout(graph, notebooks, direction);
  return (
    <div className="jp-chard-Run-graph" ref={frame}>
      {failure !== null && <p role="alert">{failure}</p>}
      {graph && layout && (
        <Drawing
          graph={graph}
          layout={layout}
          selected={selected}
          width={width}
          iconOf={({ id }) => (id === METRICS_STEP ? metricsIcon : stepIcon)}
          statusOf={({ id }) => {
            const position = state.positions.get(id);
            const step = position === undefined ? undefined : state.steps[position];
            return step ? stepStatus(step, trans) : null;
          }}
          onSelect={({ id }) => onSelect(id)}
          trans={trans}
        />
      )}
    </div>
  );
}

function Table({ state, selected, onSelect, trans }: Choosing & { trans: TranslationBundle }) {
  return (
    <table className="jp-chard-Table">
      <thead>
        <tr>
          <th>{trans.__('Step')}</th>
          <th>{trans.__('State')}</th>
          <th>{trans.__('Why')}</th>
        </tr>
      </thead>
      <tbody>
        {state.steps.map(step => {
          const { icon: Icon, text, tone } = stepStatus(step, trans);
          return (
            <tr key={step.name} aria-selected={step.name === selected}>
              <td>
                <button
                  type="button"
                  className="jp-chard-FlatButton jp-chard-mod-link"
                  onClick={() => onSelect(step.name)}
                >
                  {titleOf(step.name, trans)}
                </button>
              </td>
              <td data-tone={tone}>
                <span className="jp-chard-Counts">
                  <Icon.react tag="span" className="jp-chard-icon" />
                  {text}
                </span>
              </td>
              <td className="jp-chard-hint">{step.why}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Metrics({ state, trans }: { state: RunState; trans: TranslationBundle }) {
  const metrics = [...state.metrics.values()];
  if (metrics.length === 0) return null;
  return (
    <table className="jp-chard-Table">
      <thead>
        <tr>
          <th>{trans.__('Metric')}</th>
          <th>{trans.__('Value')}</th>
        </tr>
      </thead>
      <tbody>
        {metrics.map(({ name, step, last }) => (
          <tr key={`${step} ${name}`}>
            <td>{name}</td>
            <td className="jp-chard-Table-number">{String(last)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Tab = 'error' | 'log' | 'outputs' | 'code';

function Inspector(
  props: RunDocumentOptions & { readonly state: RunState; readonly name: string }
) {
  const { state, name, run, trans } = props;
  const position = state.positions.get(name);
  const step = position === undefined ? null : state.steps[position]!;
  const [tab, setTab] = useState<Tab>(step?.error ? 'error' : 'log');
  const bodyId = useId();
  const hasError = step?.error != null;
  useEffect(() => {
    if (hasError) setTab('error');
  }, [hasError]);
  if (!step) return null;
  const tabs: [Tab, string][] = [
    ...(step.error ? [['error', trans.__('Error')] as [Tab, string]] : []),
    ['log', trans.__('Log')],
    ['outputs', trans.__('Outputs')],
    ['code', trans.__('Code')]
  ];
  const status = stepStatus(step, trans);
  return (
    <section className="jp-chard-Inspector" aria-label={titleOf(name, trans)}>
      <h2 data-tone={status.tone}>
        <status.icon.react tag="span" className="jp-chard-icon" />
        {titleOf(name, trans)}
      </h2>
      <p className="jp-chard-hint">{[status.text, step.why].filter(Boolean).join(' · ')}</p>
      <div role="tablist" className="jp-chard-Tabs">
        {tabs.map(([id, title]) => (
          <button
            key={id}
            type="button"
            role="tab"
            aria-selected={id === tab}
            aria-controls={bodyId}
            onClick={() => setTab(id)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id={bodyId} role="tabpanel" className="jp-chard-Inspector-body">
        {tab === 'error' && step.error && <ErrorView {...props} step={step} />}
        {tab === 'log' && (
          <Log
            api={props.api}
            run={run.id}
            step={name}
            attempt={`${step.attempts} ${isOver(state.phase)}`}
            rendermime={props.rendermime}
            trans={trans}
          />
        )}
        {tab === 'outputs' && (
          <Displays
            api={props.api}
            run={run.id}
            step={name}
            attempt={`${step.attempts} ${step.phase}`}
            rendermime={props.rendermime}
            trans={trans}
          />
        )}
        {tab === 'code' && <Code {...props} />}
      </div>
    </section>
  );
}

function ErrorView(props: RunDocumentOptions & { state: RunState; step: StepState }) {
  const { trans, run, onGoTo } = props;
  const error = props.step.error!;
  return (
    <div className="jp-chard-ErrorView">
      <div className="jp-chard-ErrorView-message">
        <h3>
          {error.cell === null
            ? error.type
            : error.line === null
              ? trans.__('%1 in cell %2', error.type, error.cell + 1)
              : trans.__('%1 in cell %2, line %3', error.type, error.cell + 1, error.line)}
        </h3>
        <p>{error.message}</p>
        {error.cell !== null && (
          <button
            type="button"
            className="jp-chard-Button jp-chard-mod-primary"
            onClick={() => onGoTo(run.notebook!, error.cell!, error.line)}
          >
            {trans.__('Go to cell %1', error.cell + 1)}
          </button>
        )}
      </div>
      {error.traceback.length > 0 && (
        <pre tabIndex={0} aria-label={trans.__('Traceback')}>
          {error.traceback.join('\n')}
        </pre>
      )}
    </div>
  );
}

function Code({ run, name, trans }: RunDocumentOptions & { name: string }) {
  const { pipeline } = run;
  const step =
    name === METRICS_STEP
      ? pipeline?.metricsStep
      : pipeline?.steps.find(each => each.name === name);
  return (
    <>
      {(step?.code ?? []).map(({ cell, source }) => (
        <div key={cell} className="jp-chard-Code">
          <p className="jp-chard-hint">{trans.__('Cell %1, as it ran', cell + 1)}</p>
          <pre tabIndex={0}>{source}</pre>
        </div>
      ))}
    </>
  );
}
