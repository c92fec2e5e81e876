import { isExperimentOver } from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../commands';
import { Button } from '../controls/button';
import { useChanges } from '../runs/useChanges';
import type { Experiments } from './experiments';
import { outcomeInWords } from './sentences';
import { experimentIcon, experimentTone } from './words';

/** The last of the stages: the experiment itself, as it goes on. */
export function ExperimentOutcome(props: {
  readonly id: string;
  readonly experiments: Experiments;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}) {
  const { id, experiments, commands, trans } = props;
  useChanges(experiments.changed);
  const item = experiments.list.get(id);
  if (!item) return null;
  const Icon = experimentIcon(item.state);
  const said = outcomeInWords(item, trans);
  return (
    <li data-stage="experiment" data-phase={item.state} data-tone={experimentTone(item.state)}>
      <Icon.react tag="span" className="jp-chard-icon" />
      <Button
        look="link"
        onClick={() => void commands.execute(CommandIds.openExperiment, { experiment: id })}
      >
        {item.name}
      </Button>
      <span role="status" title={said}>
        {said}
      </span>
      {!isExperimentOver(item.state) && (
        <Button
          look="link"
          disabled={item.state === 'stopping'}
          onClick={() => void commands.execute(CommandIds.stopExperiment, { experiment: id })}
        >
          {item.state === 'stopping' ? trans.__('Stopping…') : trans.__('Stop early')}
        </Button>
      )}
    </li>
  );
}
