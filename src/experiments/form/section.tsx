import { spaceSize } from '@chard/core/experiment';
import { estimateExperiment, type ExperimentItem } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { useEffect, useState, type ComponentType } from 'react';
import { CommandIds } from '../../commands';
import { usePipeline } from '../../notebooks/usePipeline';
import { countProblems } from '../../problems/problems';
import { duration } from '../../runs/text';
import type { Runs } from '../../runs/runs';
import { useAnswer } from '../../runs/useAnswer';
import { useChanges } from '../../runs/useChanges';
import type { OpenNotebook } from '../../tokens';
import type { Experiments } from '../experiments';
import { outcomeInWords, pointsInWords, roughly } from '../sentences';
import { experimentIcon, experimentTone } from '../words';
import { TuningForm } from './form';
import { surroundingsOf } from './surroundings';
import { editsToSwitch, firstFault, tuningOf, type Tuning } from './tuning';

interface Options {
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** A time that is not written as `0.0 s`. */
const LEAST_SHOWN_MS = 50;
/** Typing has paused for so long before the server is asked. */
const PAUSE_MS = 600;

/** Tunes the notebook's parameters: the switch, the form, what it will cost, and the experiments that there were. */
export function tuningSection(options: Options): ComponentType<OpenNotebook> {
  return function TuningSection(open: OpenNotebook) {
    const { experiments, runs, trans } = options;
    const { pipeline } = open;
    usePipeline(pipeline);
    useChanges(experiments.changed);
    useChanges(runs.list.changed);
    const surroundings = surroundingsOf(open, experiments, runs);
    const tuning = tuningOf(pipeline, surroundings);
    const parameters = pipeline.findings?.pipeline?.parameters;
    // Of a cell that Python cannot read it is not known what parameters it has.
    const isBroken = countProblems(pipeline).error > 0;
    return (
      <div className="jp-chard-Tuning">
        <label className="jp-chard-Check jp-chard-Tuning-switch">
          <input
            type="checkbox"
            role="switch"
            checked={tuning.isOn}
            disabled={!tuning.isOn && (parameters?.length ?? 0) === 0}
            onChange={event =>
              pipeline.apply(editsToSwitch(pipeline, event.target.checked, surroundings))
            }
          />
          {trans.__('Tune hyperparameters')}
        </label>
        {parameters?.length === 0 && !isBroken && (
          <p className="jp-chard-hint jp-chard-Section-text">
            {trans.__(
              'There are no parameters to tune: tag a cell with lines like “learning_rate = 0.01” as parameters.'
            )}
          </p>
        )}
        {pipeline.findings && (!parameters || (parameters.length === 0 && isBroken)) && (
          <p className="jp-chard-hint jp-chard-Section-text">
            {trans.__('The notebook has errors: repair them, and its parameters are shown here.')}
          </p>
        )}
        {tuning.isOn && (
          <>
            <TuningForm {...{ pipeline, tuning, surroundings, trans }} />
            <Outlook {...options} open={open} tuning={tuning} />
          </>
        )}
        <Earlier {...options} open={open} />
      </div>
    );
  };
}

/** How many points the space has, how many of them are tried, and about how long that takes. */
function Outlook(props: Options & { readonly open: OpenNotebook; readonly tuning: Tuning }) {
  const { experiments, runs, open, tuning, trans } = props;
  const { spec } = tuning;
  const { context } = open.panel;
  const path = context.contentsModel?.path ?? context.path;
  const isRight = firstFault(tuning) === undefined && spec.parameters.length > 0;
  // Times are known from what has ended, a run or trials.
  const latest = [runs.list.of(path)[0], experiments.list.of(path)[0]];
  const known = latest.map(item => `${item?.id} ${item?.state}`).join(' ');
  const revision = useSettled(`${JSON.stringify(spec)} ${known}`);
  const { answer, problem } = useAnswer(
    async signal => {
      if (!isRight) return null;
      const input = { params: {}, query: {}, body: { path, spec } };
      return (await experiments.api.ask(estimateExperiment, input, signal)).estimate;
    },
    path,
    `${revision} ${isRight}`
  );
  const points = spaceSize(spec.parameters);
  const tried = Math.min(points, spec.maxTrialCount);
  return (
    <p className="jp-chard-hint jp-chard-Section-text jp-chard-Tuning-outlook" role="status">
      {spec.parameters.length > 0 && pointsInWords(spec.parameters, trans)}{' '}
      {isRight &&
        trans._n(
          '%1 trial, %2 at a time.',
          '%1 trials, %2 at a time.',
          tried,
          spec.parallelTrialCount
        )}{' '}
      {isRight && answer && (
        <>
          {answer.sharedMs >= LEAST_SHOWN_MS
            ? trans.__(
                'About %1: what all share takes %2 once, then each trial %3.',
                roughly(answer.totalMs, trans),
                duration(answer.sharedMs),
                duration(answer.trialMs)
              )
            : trans.__(
                'About %1: %2 a trial.',
                roughly(answer.totalMs, trans),
                duration(answer.trialMs)
              )}
        </>
      )}
      {isRight &&
        answer === null &&
        problem === null &&
        trans.__('How long that takes is known after one run of the notebook.')}
    </p>
  );
}

/** A text once it has not changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** The experiments of the notebook, newest first. */
function Earlier(props: Options & { readonly open: OpenNotebook }) {
  const { experiments, commands, open, trans } = props;
  const { list } = experiments;
  const found = list.of(open.panel.context.path);
  return (
    <>
      {list.problem !== null && (
        <p role="alert" className="jp-chard-Failure">
          {list.problem}
        </p>
      )}
      {found.length > 0 && (
        <>
          <h3 className="jp-chard-Tuning-title">{trans.__('Experiments')}</h3>
          <ul className="jp-chard-Experiments">
            {found.map(item => (
              <Item key={item.id} {...{ item, commands, trans }} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Item(props: {
  readonly item: ExperimentItem;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}) {
  const { item, commands, trans } = props;
  const Icon = experimentIcon(item.state);
  return (
    <li data-experiment={item.id} data-tone={experimentTone(item.state)}>
      <button
        type="button"
        title={item.damage ?? new Date(item.createdAt).toLocaleString()}
        onClick={() => void commands.execute(CommandIds.openExperiment, { experiment: item.id })}
      >
        <Icon.react tag="span" className="jp-chard-icon" />
        <span className="jp-chard-Runs-name">{item.name}</span>
        <span className="jp-chard-Runs-outcome">{outcomeInWords(item, trans)}</span>
      </button>
    </li>
  );
}
