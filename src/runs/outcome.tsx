import { isOver } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { useEffect, useReducer } from 'react';
import { CommandIds } from '../commands';
import { Button } from '../controls/button';
import { runName } from './list/describeRun';
import type { Runs } from './runs';
import { preparingInWords } from './text';
import { duration, phaseIcon, phaseTone, phaseWord } from './words';

interface Props {
  readonly run: string;
  readonly runs: Runs;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** The last of the stages: the run itself, as it goes on. */
export function RunOutcome({ run: id, runs, commands, trans }: Props) {
  const run = runs.get(id);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    run.changed.connect(draw);
    runs.list.changed.connect(draw);
    draw();
    return () => {
      run.changed.disconnect(draw);
      runs.list.changed.disconnect(draw);
    };
  }, [run]);
  const { state } = run;
  const item = runs.item(id);
  const phase = state?.phase ?? item?.state ?? 'pending';
  const Icon = phaseIcon(phase);
  const said = words();
  return (
    <li data-stage="run" data-phase={phase} data-tone={phaseTone(phase)}>
      <Icon.react tag="span" className="jp-chard-icon" />
      <Button look="link" onClick={() => void commands.execute(CommandIds.openRun, { run: id })}>
        {item ? runName(item, trans) : trans.__('Run')}
      </Button>
      <span role="status" title={said}>
        {said}
      </span>
      {!isOver(phase) && (
        <Button
          look="link"
          disabled={item?.cancelling ?? false}
          onClick={() => void commands.execute(CommandIds.cancelRun, { run: id })}
        >
          {item?.cancelling ? trans.__('Cancelling…') : trans.__('Cancel run')}
        </Button>
      )}
    </li>
  );

  function words(): string {
    if (!state || phase === 'pending') return phaseWord(phase, trans);
    if (!isOver(phase)) {
      if (state.preparing) return preparingInWords(state.preparing, trans);
      const done = state.steps.filter(step => isOver(step.phase)).length;
      return trans.__('%1 of %2 steps', done, state.steps.length);
    }
    const { startedAt, finishedAt } = state;
    const took =
      startedAt !== null && finishedAt !== null ? duration(finishedAt - startedAt) : null;
    return took === null
      ? phaseWord(phase, trans)
      : trans.__('%1, %2', phaseWord(phase, trans), took);
  }
}
