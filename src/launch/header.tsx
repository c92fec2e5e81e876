import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal, type LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ComponentType } from 'react';
import { CommandIds } from '../commands';
import { Button, IconButton } from '../controls/button';
import {
  closeSmallIcon,
  errorIcon,
  noneIcon,
  okIcon,
  parametersIcon,
  playIcon,
  runningIcon,
  skipIcon
} from '../icons';
import { usePipeline } from '../notebooks/usePipeline';
import { countProblems } from '../problems/problems';
import type { OpenNotebook, StepStatus } from '../tokens';
import type { Launch, StagePhase, StageState } from './launch';
import type { Launches } from './launches';

export interface HeaderOptions {
  readonly launches: Launches;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** The panel's one filled button, where the pipeline goes, and the stages on the way there. */
export function launchHeader(options: HeaderOptions): ComponentType<OpenNotebook> {
  const { launches } = options;
  return function LaunchHeader(open: OpenNotebook) {
    usePipeline(open.pipeline);
    return (
      <UseSignal signal={launches.changed}>
        {() => (
          <div className="jp-chard-Launch">
            <Buttons {...options} open={open} />
            <Progress {...options} open={open} />
          </div>
        )}
      </UseSignal>
    );
  };
}

function Buttons({ launches, commands, trans, open }: HeaderOptions & { open: OpenNotebook }) {
  const { target: chosen, targets } = launches;
  const target = launches.targetOf(open);
  const launch = launches.of(open);
  const isUnderWay = launch !== null && !launch.isOver;
  const { error } = countProblems(open.pipeline);
  if (!target || !chosen) return null;
  return (
    <div className="jp-chard-Header">
      <Button
        look="primary"
        icon={playIcon}
        title={target.caption}
        aria-disabled={isUnderWay}
        onClick={() => {
          if (!isUnderWay) void commands.execute(CommandIds.run);
        }}
      >
        {target.action}
      </Button>
      {targets.length > 1 && (
        <select
          className="jp-chard-Select jp-chard-Header-target"
          aria-label={trans.__('Where the pipeline goes')}
          value={chosen.id}
          onChange={event => {
            void commands.execute(CommandIds.setTarget, { target: event.target.value });
          }}
        >
          {targets.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      )}
      <IconButton
        icon={parametersIcon}
        label={trans.__('Run with other parameters…')}
        disabled={isUnderWay || !commands.isEnabled(CommandIds.runWithParameters)}
        onClick={() => void commands.execute(CommandIds.runWithParameters)}
      />
      {error > 0 && !launch?.problem && (
        <span className="jp-chard-hint">
          {trans._n('%1 error to repair first', '%1 errors to repair first', error)}
        </span>
      )}
    </div>
  );
}

const STAGE_ICONS: Readonly<Record<StagePhase, LabIcon>> = {
  waiting: noneIcon,
  running: runningIcon,
  done: okIcon,
  failed: errorIcon,
  cancelled: skipIcon
};

const STAGE_TONES: Readonly<Record<StagePhase, StepStatus['tone']>> = {
  waiting: 'quiet',
  running: 'running',
  done: 'ok',
  failed: 'failed',
  cancelled: 'quiet'
};

function Progress({ launches, trans, open }: HeaderOptions & { open: OpenNotebook }) {
  const launch = launches.of(open);
  if (!launch) return null;
  return (
    <div className="jp-chard-Stages" data-over={launch.isOver}>
      <ol aria-label={trans.__('Stages')}>
        {launch.states.map(state => (
          <Stage key={state.id} state={state} />
        ))}
        <Outcome launch={launch} />
      </ol>
      {launch.isOver ? (
        <IconButton
          icon={closeSmallIcon}
          label={trans.__('Put away')}
          onClick={() => launches.putAway(open)}
        />
      ) : (
        <Button look="link" onClick={() => launch.cancel()}>
          {trans.__('Cancel')}
        </Button>
      )}
      <Problem launch={launch} />
    </div>
  );
}

function Stage({ state: { id, phase, text } }: { state: StageState }) {
  const Icon = STAGE_ICONS[phase];
  return (
    <li data-stage={id} data-phase={phase} data-tone={STAGE_TONES[phase]}>
      <Icon.react tag="span" className="jp-chard-icon" />
      {text}
    </li>
  );
}

function Outcome({ launch }: { launch: Launch }) {
  const Component = launch.target.outcome;
  return launch.succeeded && Component ? <Component results={launch.results} /> : null;
}

function Problem({ launch }: { launch: Launch }) {
  const { problem } = launch;
  if (!problem) return null;
  return (
    <div role="alert" className="jp-chard-Failure">
      <p>{problem.message}</p>
      {problem.advice.map(({ label, execute }) => (
        <Button key={label} look="bordered" onClick={execute}>
          {label}
        </Button>
      ))}
    </div>
  );
}
