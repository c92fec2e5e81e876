import { activity, isExperimentOver, type ExperimentState } from '@chard/core/experiment';
import { CommandIds } from '../../commands';
import { Button, IconButton } from '../../controls/button';
import {
  linkIcon,
  pauseIcon,
  pencilIcon,
  plusIcon,
  resumeIcon,
  stopIcon,
  tuneIcon
} from '../../icons';
import { useNow } from '../../runs/document/useNow';
import { TimeTaken } from '../../runs/document/timeTaken';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReactNode } from 'react';
import { hasEnded } from '../text';
import { experimentIcon, experimentTone, experimentWord } from '../words';
import type { ExperimentServices } from './services';

/** What experiment it is, how it stands in words, and what can be done with it. Each button keeps its place, whatever becomes of the experiment. */
export function Header(props: ExperimentServices & { readonly state: ExperimentState }) {
  const { experiment, experiments, commands, state, trans } = props;
  const { spec, phase } = state;
  const over = isExperimentOver(phase);
  const now = useNow(!over);
  const Icon = experimentIcon(phase);
  const started = state.startedAt ?? state.createdAt;
  const { done, total } = activity(state, now);
  const word = experimentWord(phase, trans);
  const name = experiments.item(experiment.id)?.name ?? spec.name;
  const args = { experiment: experiment.id };
  const { objective } = spec;
  const facts = [
    [trans.__('algorithm'), spec.algorithm.name],
    [objective.type === 'minimize' ? trans.__('minimise') : trans.__('maximise'), objective.metric],
    [trans.__('at a time'), spec.parallelTrialCount]
  ] as const;
  const button = (
    command: string,
    icon: LabIcon,
    label: ReactNode,
    { title, isDisabled = false }: { readonly title?: string; readonly isDisabled?: boolean } = {}
  ) => (
    <Button
      look="bordered"
      icon={icon}
      title={title}
      disabled={isDisabled}
      onClick={() => void commands.execute(command, args)}
    >
      {label}
    </Button>
  );
  const ended = hasEnded(phase);
  const canResume = phase === 'paused' || phase === 'interrupted';
  const [add, change] = [trans.__('Add trials…'), trans.__('Change counts…')];
  const [pause, resume] = [trans.__('Pause'), trans.__('Resume')];
  return (
    <div className="jp-chard-Run-header jp-chard-mod-steady">
      <tuneIcon.react tag="span" className="jp-chard-icon" />
      <h1 title={name}>{name}</h1>
      <span className="jp-chard-Run-about" title={facts.map(each => each.join(' ')).join('\n')}>
        <span className="jp-chard-Run-state" data-tone={experimentTone(phase)} role="status">
          <Icon.react tag="span" className="jp-chard-icon" />
          {trans.__(
            '%1, %2 of %3 trials done',
            word.charAt(0).toLocaleUpperCase() + word.slice(1),
            done,
            total
          )}
        </span>
        {started !== null && <TimeTaken started={started} finished={state.finishedAt} now={now} />}
        {facts.map(([what, value]) => (
          <span key={what} className="jp-chard-Run-parameter">
            {what} <code>{value}</code>
          </span>
        ))}
      </span>
      <span className="jp-chard-Run-actions">
        <IconButton
          icon={linkIcon}
          label={trans.__('Copy the link to this experiment')}
          onClick={() => void commands.execute(CommandIds.copyExperimentLink, args)}
        />
        {button(CommandIds.editExperiment, pencilIcon, trans.__('Edit and start anew…'), {
          title: trans.__('Shows the notebook with this experiment in its Tuning section')
        })}
        {ended
          ? button(CommandIds.setExperimentCounts, plusIcon, steady(add, change), {
              isDisabled: spec.resumePolicy === 'Never',
              title:
                spec.resumePolicy === 'Never'
                  ? trans.__('Its resume policy is Never: it cannot go on after its end')
                  : trans.__('It goes on with further trials')
            })
          : button(CommandIds.setExperimentCounts, pencilIcon, steady(change, add))}
        {canResume
          ? button(CommandIds.resumeExperiment, resumeIcon, steady(resume, pause))
          : button(CommandIds.pauseExperiment, pauseIcon, steady(pause, resume), {
              isDisabled: phase !== 'running',
              title: trans.__('No further trial is started; those that run go on')
            })}
        {button(CommandIds.stopExperiment, stopIcon, trans.__('Stop early'), {
          isDisabled: ended || phase === 'stopping'
        })}
      </span>
    </div>
  );
}

/** A label as wide as the other one that may stand in its place: no button beside it moves when it does. */
function steady(label: string, other: string): ReactNode {
  return (
    <span className="jp-chard-Steady">
      <span>{label}</span>
      <span aria-hidden>{other}</span>
    </span>
  );
}
