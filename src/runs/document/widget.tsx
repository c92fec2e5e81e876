import { stepState, isOver, type RunState } from '@chard/core/run';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../../controls/button';
import { Boundary } from '../../failure/boundary';
import { keepFocus } from '../../focus/keepFocus';
import { useWidth } from '../../graph/useLayout';
import { RunGraph } from './graph';
import { Header } from './header';
import { Inspector } from './inspector/inspector';
import { Metrics } from './metrics';
import { Nothing, Problem } from './notice';
import { interesting } from './selection';
import type { RunServices } from './services';
import { Splitter } from './splitter';
import { StepTable } from './table';
import { TimelineView } from './timeline/timeline';
import { useChanges } from '../useChanges';
import '../../views';

/** Below this width the inspector stands under the graph. */
const NARROW = 760;
const LEAST_INSPECTOR = 320;
const LEAST_GRAPH = 280;
const INSPECTOR_SHARE = 0.46;

/** A run in the main area: what happened in words, the graph with its states, one step in detail, and when each ran. */
export class RunDocument extends ReactWidget {
  private _step: string | null = null;

  constructor(private readonly services: RunServices) {
    super();
    this.addClass('jp-chard-Run');
    this.disposed.connect(keepFocus(this.node));
  }

  /** The step whose details are shown; null before there is one. */
  get step(): string | null {
    return this._step;
  }

  override render() {
    return (
      <Boundary trans={this.services.trans} what={this.services.trans.__('The run')}>
        <RunView
          {...this.services}
          onStep={step => {
            this._step = step;
          }}
        />
      </Boundary>
    );
  }
}

interface Shows {
  /** Told of the step whose details are shown. */
  readonly onStep: (step: string | null) => void;
}

function RunView(services: RunServices & Shows) {
  const { run, trans } = services;
  useChanges(run.changed);
  const { state, problem } = run;
  if (!state && run.isGone) {
    return (
      <Nothing>
        {trans.__(
          'This run is not there any more: it was deleted. What a trial came to, its values and curves, stays in its experiment.'
        )}
      </Nothing>
    );
  }
  if (!state) {
    return problem === null ? (
      <p className="jp-chard-Run-nothing" role="status">
        {trans.__('Reading the run…')}
      </p>
    ) : (
      <Problem
        message={run.retrying ? trans.__('%1 Trying again…', problem) : problem}
        onAgain={run.retrying ? undefined : () => run.again()}
        trans={trans}
      />
    );
  }
  return (
    <>
      {problem !== null && (
        <p role="alert" className="jp-chard-Failure">
          {run.retrying ? trans.__('%1 What is shown may be old. Trying again…', problem) : problem}
        </p>
      )}
      <Header {...services} state={state} />
      <Body {...services} state={state} />
    </>
  );
}

type View = 'graph' | 'table';

function Body(props: RunServices & Shows & { readonly state: RunState }) {
  const { state, trans } = props;
  const [chosen, setChosen] = useState<string | null>(null);
  const [view, setView] = useState<View>('graph');
  const [timeline, setTimeline] = useState(true);
  const [tab, setTab] = useTab(state, chosen);
  const tabs = useRef<readonly string[]>([]);
  const inspector = useRef<HTMLElement>(null);
  const [frame, width] = useWidth();
  const [wanted, setWanted] = useState<number | null>(null);
  const isNarrow = width < NARROW;
  const most = Math.max(LEAST_INSPECTOR, width - LEAST_GRAPH);
  const size = Math.min(most, wanted ?? Math.max(LEAST_INSPECTOR, width * INSPECTOR_SHARE));
  const shown = chosen ?? interesting(state);
  const step = shown === null ? undefined : stepState(state, shown);
  const { onStep } = props;
  useEffect(() => {
    onStep(shown);
  }, [shown]);
  const enter = useCallback(() => {
    inspector.current?.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus();
  }, []);
  const choosing = { selected: shown, onSelect: setChosen, onEnter: enter };
  const walkTabs = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined || !event.ctrlKey || !event.altKey) return;
    event.preventDefault();
    const at = Math.max(0, tabs.current.indexOf(tab));
    const { length } = tabs.current;
    setTab(tabs.current[(at + by + length) % length] ?? tab);
  };
  return (
    <div className="jp-chard-Run-body" onKeyDown={walkTabs}>
      <div className={`jp-chard-Run-parts${isNarrow ? ' jp-chard-mod-narrow' : ''}`} ref={frame}>
        <div className="jp-chard-Run-steps">
          <div className="jp-chard-Run-views">
            <Views view={view} onView={setView} trans={trans} />
            {chosen !== null && !isOver(state.phase) && (
              <Button look="link" onClick={() => setChosen(null)}>
                {trans.__('Follow the running step')}
              </Button>
            )}
          </div>
          {view === 'graph' ? (
            <RunGraph {...props} {...choosing} />
          ) : (
            <StepTable {...choosing} state={state} trans={trans} />
          )}
          <Metrics state={state} trans={trans} />
        </div>
        {!isNarrow && (
          <Splitter
            label={trans.__('Width of the step’s details')}
            size={size}
            least={LEAST_INSPECTOR}
            most={most}
            onSize={setWanted}
          />
        )}
        {step && (
          <div className="jp-chard-Run-inspector" style={isNarrow ? {} : { width: size }}>
            <Inspector
              key={step.name}
              ref={inspector}
              {...props}
              step={step}
              tab={tab}
              onTab={setTab}
              onTabs={ids => (tabs.current = ids)}
            />
          </div>
        )}
      </div>
      <TimelineView
        {...choosing}
        state={state}
        trans={trans}
        isOpen={timeline}
        onToggle={() => setTimeline(!timeline)}
      />
    </div>
  );
}

/** The tab that a person chose; a step that fails opens its error, as long as nobody looks at another step. */
function useTab(state: RunState, chosen: string | null): [string, (tab: string) => void] {
  const [tab, setTab] = useState('log');
  const shown = chosen ?? interesting(state);
  const hasFailed = shown !== null && stepState(state, shown)?.error != null;
  useEffect(() => {
    if (hasFailed) setTab('error');
  }, [shown, hasFailed]);
  return [tab, setTab];
}

function Views(props: {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly trans: RunServices['trans'];
}) {
  const { view, onView, trans } = props;
  const titles: [View, string][] = [
    ['graph', trans.__('Graph')],
    ['table', trans.__('Table')]
  ];
  return (
    <div className="jp-chard-Views" role="group" aria-label={trans.__('View')}>
      {titles.map(([id, title]) => (
        <button key={id} type="button" aria-pressed={id === view} onClick={() => onView(id)}>
          {title}
        </button>
      ))}
    </div>
  );
}
