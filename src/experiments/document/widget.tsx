import {
  isExperimentOver,
  objectiveValue,
  trialState,
  type ExperimentState,
  type TrialState
} from '@chard/core/experiment';
import { exportStudy, exportTrials, getImportances } from '@chard/core/protocol/api';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useCallback, useDeferredValue, useMemo, useRef, useState, type ReactNode } from 'react';
import { CommandIds } from '../../commands';
import { Button, IconButton, LinkButton } from '../../controls/button';
import { Boundary } from '../../failure/boundary';
import { keepFocus } from '../../focus/keepFocus';
import { compareIcon, pencilIcon, playIcon } from '../../icons';
import { downloadIcon } from '../../viewIcons';
import { Nothing, Problem } from '../../runs/document/notice';
import { useNow } from '../../runs/document/useNow';
import { parameterText } from '../../runs/text';
import { useAnswer } from '../../runs/useAnswer';
import { useChanges } from '../../runs/useChanges';
import { LEAST_TRIALS } from '../charts/worth';
import { BestOverTime } from '../charts/bestOverTime';
import { isWithin, type Brushes } from '../charts/brush';
import { TrialCurves } from '../charts/curves';
import { Importance } from '../charts/importance';
import { ParallelCoordinates } from '../charts/parallel';
import { Slices } from '../charts/slices';
import { TrialTimeline } from '../charts/timeline';
import { dimensionsOf } from '../charts/dimensions';
import { activityInWords, background, headline, spaceInWords } from '../sentences';
import { TrialTable } from '../trials/table';
import { baselineOf } from './baseline';
import { BestTrial } from './best';
import { Header } from './header';
import type { ExperimentServices } from './services';
import '../../views';

/** With more trials, what comes is drawn so often and not with each frame. */
const FEW_TRIALS = 100;
const LARGE_PAUSE_MILLISECONDS = 300;

/** An experiment in the main area: what it found in words, its best trial, charts, and all trials. */
export class ExperimentDocument extends ReactWidget {
  constructor(private readonly services: ExperimentServices) {
    super();
    this.addClass('jp-chard-Run');
    this.addClass('jp-chard-Experiment');
    this.disposed.connect(keepFocus(this.node));
  }

  override render() {
    const { trans } = this.services;
    return (
      <Boundary trans={trans} what={trans.__('The experiment')}>
        <ExperimentView {...this.services} />
      </Boundary>
    );
  }
}

function ExperimentView(services: ExperimentServices) {
  const { experiment, experiments, runs, trans } = services;
  const isLarge = (experiment.state?.trials.length ?? 0) > FEW_TRIALS;
  useChanges(experiment.changed, isLarge ? LARGE_PAUSE_MILLISECONDS : 0);
  useChanges(experiments.changed);
  useChanges(runs.list.changed);
  const { state, problem } = experiment;
  if (!state && experiment.isGone) {
    return (
      <Nothing>{trans.__('This experiment is not there: it was deleted, or never was.')}</Nothing>
    );
  }
  if (!state) {
    return problem === null ? (
      <p className="jp-chard-Run-nothing" role="status">
        {trans.__('Reading the experiment…')}
      </p>
    ) : (
      <Problem
        message={experiment.retrying ? trans.__('%1 Trying again…', problem) : problem}
        onAgain={experiment.retrying ? undefined : () => experiment.again()}
        trans={trans}
      />
    );
  }
  return (
    <>
      {problem !== null && (
        <p role="alert" className="jp-chard-Failure">
          {experiment.isGone
            ? trans.__('This experiment was deleted. This is what it last was.')
            : experiment.retrying
              ? trans.__('%1 What is shown may be old. Trying again…', problem)
              : problem}
        </p>
      )}
      <Header {...services} state={state} />
      <Body {...services} state={state} />
    </>
  );
}

function Body(props: ExperimentServices & { readonly state: ExperimentState }) {
  const { experiment, runs, commands, state, trans } = props;
  const now = useNow(!isExperimentOver(state.phase));
  // What draws many trials may come a moment later than the words, and lets a person's gestures go first.
  const drawn = useDeferredValue(state);
  const latest = useRef(state);
  latest.current = state;
  const runsOf = useCallback(
    (numbers: Iterable<number>): string[] =>
      [...numbers].flatMap(number => trialState(latest.current, number)?.run ?? []),
    []
  );
  const open = useCallback(
    (number: number): void => {
      const [run] = runsOf([number]);
      if (run !== undefined) void commands.execute(CommandIds.openRun, { run });
    },
    [commands, runsOf]
  );
  const compare = useCallback(
    (numbers: Iterable<number>): void =>
      void commands.execute(CommandIds.compareRuns, { runs: runsOf(numbers) }),
    [commands, runsOf]
  );
  const importance = useImportance(props);
  const baseline = baselineOf(state, runs.list.of(experiment.notebook), trans);
  return (
    <div className="jp-chard-Experiment-body">
      <p className="jp-chard-Compare-headline" role="heading" aria-level={2}>
        {headline(state, trans)}
      </p>
      <p className="jp-chard-Experiment-activity">
        <span role="status">{activityInWords(state, now, trans)}</span>
        {!isExperimentOver(state.phase) && '.'}{' '}
        <span className="jp-chard-hint">{background(state, baseline, trans)}</span>
      </p>
      <Progress state={state} />
      <Cards
        {...{ experiment, commands, trans }}
        experiments={props.experiments}
        state={drawn}
        onOpen={open}
        onCompare={compare}
        best={
          <BestTrial
            {...props}
            baseline={baseline}
            onOpen={open}
            onCompare={() => {
              const others = runs.list.of(experiment.notebook).map(({ id }) => id);
              const [best] = runsOf([state.best!]);
              const before = baseline?.run ?? others.find(id => id !== best);
              if (best === undefined) return;
              void commands.execute(CommandIds.compareRuns, {
                runs: before === undefined ? [best] : [before, best]
              });
            }}
          />
        }
        importance={
          <Importance
            metric={state.spec.objective.metric}
            importance={importance.isTooEarly ? [] : (importance.answer?.importances ?? null)}
            trials={importance.answer?.trials ?? 0}
            problem={importance.problem ?? (importance.answer?.reason || null)}
            isOver={isExperimentOver(state.phase)}
            trans={trans}
          />
        }
      />
      <p className="jp-chard-hint">{spaceInWords(state.spec.parameters, trans)}</p>
      {Object.keys(state.fixed).length > 0 && (
        <p className="jp-chard-hint" title={JSON.stringify(state.fixed)}>
          {trans.__('Not tuned: %1.', fixedInWords(state.fixed))}
        </p>
      )}
      {experiment.state?.trials.length === 0 && isExperimentOver(state.phase) && (
        <Nothing>{trans.__('No trial was started.')}</Nothing>
      )}
    </div>
  );
}

type CardsProps = Pick<ExperimentServices, 'experiment' | 'experiments' | 'commands' | 'trans'> & {
  readonly state: ExperimentState;
  readonly onOpen: (trial: number) => void;
  readonly onCompare: (trials: Iterable<number>) => void;
  readonly best: ReactNode;
  readonly importance: ReactNode;
};

/** What is drawn of the trials, and what a person points at, filters by and selects in it. */
function Cards(props: CardsProps) {
  const { experiment, experiments, commands, state, onOpen, onCompare, trans } = props;
  const [pointed, setPointed] = useState<number | null>(null);
  const [brushes, setBrushes] = useState<Brushes>(() => new Map());
  const [selected, setSelected] = useState<ReadonlySet<number>>(() => new Set());
  const filtering = useDeferredValue(brushes);
  const within = useMemo(() => {
    if (filtering.size === 0) return () => true;
    const dimensions = dimensionsOf(state.spec, state.trials, new Map());
    return (trial: TrialState) => isWithin(trial, dimensions, filtering);
  }, [filtering, filtering.size === 0 ? null : state.trials, state.spec]);
  const actions = useMemo(
    () => (
      <TableActions
        {...{ experiment, experiments, commands, selected, trans }}
        onCompare={() => onCompare(selected)}
      />
    ),
    [experiment, experiments, commands, selected, onCompare, trans]
  );
  const chart = { state, pointed, onPoint: setPointed, onOpen, trans };
  return (
    <div className="jp-chard-Experiment-cards">
      {props.best}
      <BestOverTime {...chart} />
      {props.importance}
      <ParallelCoordinates {...chart} brushes={brushes} onBrushes={setBrushes} />
      <TrialTable
        {...chart}
        isWithin={within}
        selected={selected}
        onSelect={setSelected}
        actions={actions}
      />
      <Slices {...chart} />
      <TrialTimeline {...chart} />
      {/* Whether there are any is known once a trial has reported twice: the last one, so that nothing moves for it. */}
      <TrialCurves {...chart} />
    </div>
  );
}

/** `epochs 3; optimizer "adam"`. */
function fixedInWords(values: ExperimentState['fixed']): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${parameterText(value)}`)
    .join('; ');
}

/** How far the experiment is, as a bar; the words above it say the same. */
function Progress({ state }: { readonly state: ExperimentState }) {
  const { tally, spec } = state;
  const share = (count: number): string =>
    `${(count / Math.max(1, spec.maxTrialCount, state.trials.length)) * 100}%`;
  const failed = tally.failed + tally['metrics-unavailable'] + tally.cancelled;
  return (
    <div className="jp-chard-Experiment-progress" aria-hidden>
      <span data-phase="succeeded" style={{ width: share(tally.succeeded) }} />
      <span data-phase="pruned" style={{ width: share(tally.pruned) }} />
      <span data-phase="failed" style={{ width: share(failed) }} />
      <span data-phase="running" style={{ width: share(tally.running) }} />
    </div>
  );
}

function TableActions(
  props: Pick<ExperimentServices, 'experiment' | 'experiments' | 'commands' | 'trans'> & {
    readonly selected: ReadonlySet<number>;
    readonly onCompare: () => void;
  }
) {
  const { experiment, experiments, commands, selected, onCompare, trans } = props;
  const [only] = selected;
  const isOne = selected.size === 1;
  const act = (command: string): void =>
    void commands.execute(command, { experiment: experiment.id, trial: only! });
  const input = { params: { experiment: experiment.id }, query: {} };
  return (
    <>
      <Button look="flat" icon={compareIcon} disabled={selected.size < 2} onClick={onCompare}>
        {trans.__('Compare')}
      </Button>
      <IconButton
        icon={playIcon}
        label={trans.__('Run the selected trial’s values')}
        disabled={!isOne}
        onClick={() => act(CommandIds.runTrial)}
      />
      <IconButton
        icon={pencilIcon}
        label={trans.__('Write the selected trial’s values into the parameters')}
        disabled={!isOne}
        onClick={() => act(CommandIds.writeTrial)}
      />
      <LinkButton
        look="flat"
        icon={downloadIcon}
        href={experiments.api.address(exportTrials, input)}
        download
        title={trans.__('One line a trial: state, times, parameters, metrics')}
      >
        {trans.__('CSV')}
      </LinkButton>
      <LinkButton
        look="flat"
        icon={downloadIcon}
        href={experiments.api.address(exportStudy, input)}
        download
        title={trans.__('The trials as an Optuna study in SQLite: Optuna Dashboard opens it')}
      >
        {trans.__('Optuna study')}
      </LinkButton>
    </>
  );
}

/** Asked for again as trials finish: each time at first, then when a twentieth more have. */
function useImportance({
  experiment,
  experiments,
  state
}: ExperimentServices & { readonly state: ExperimentState }) {
  const finished = useMemo(
    () => state.trials.filter(trial => objectiveValue(state.spec, trial) !== null).length,
    [state.tally]
  );
  const over = isExperimentOver(state.phase);
  const revision = over
    ? `over ${finished}`
    : String(Math.floor(Math.log(finished + 1) / Math.log(1.05)));
  const isTooEarly = state.tally.succeeded < LEAST_TRIALS;
  const answered = useAnswer(
    async signal =>
      isTooEarly
        ? null
        : experiments.api.ask(
            getImportances,
            { params: { experiment: experiment.id }, query: {}, body: {} },
            signal
          ),
    experiment.id,
    isTooEarly ? 'too early' : revision
  );
  return { ...answered, isTooEarly };
}
