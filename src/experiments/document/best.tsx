import {
  metricsOf,
  objectiveValue,
  trialState,
  type Choice,
  type ExperimentState
} from '@chard/core/experiment';
import { CommandIds } from '../../commands';
import { Button } from '../../controls/button';
import { compareIcon, pencilIcon, playIcon } from '../../icons';
import { starIcon } from '../../viewIcons';
import { choiceText } from '../charts/axis';
import { metricOf } from '../charts/trial';
import { comparisonInWords, valueText, type Baseline } from '../sentences';
import { hasEnded } from '../text';
import type { ExperimentServices } from './services';

/** The best trial, and what can be done with it. As high without one as with it: nothing moves when the first has finished. */
export function BestTrial(
  props: ExperimentServices & {
    readonly state: ExperimentState;
    readonly baseline: Baseline | null;
    readonly onOpen: (trial: number) => void;
    readonly onCompare: () => void;
  }
) {
  const { experiment, commands, state, baseline, onOpen, onCompare, trans } = props;
  const trial = state.best === null ? undefined : trialState(state, state.best);
  const value = trial ? objectiveValue(state.spec, trial) : null;
  const [objective, ...others] = metricsOf(state.spec.objective);
  const act = (command: string): void =>
    void commands.execute(command, { experiment: experiment.id, trial: state.best });
  return (
    <section className="jp-chard-Card jp-chard-Best" aria-label={trans.__('Best trial')}>
      <h3>
        <starIcon.react tag="span" className="jp-chard-icon" />
        {trans.__('Best trial')}
        {trial && (
          <Button
            look="link"
            small
            title={trans.__('Open the run')}
            onClick={() => onOpen(trial.number)}
          >
            {trans.__('trial %1', trial.number)}
          </Button>
        )}
      </h3>
      <p className="jp-chard-Best-value" title={value === null ? undefined : String(value)}>
        {valueText(value ?? undefined)}
      </p>
      <p className="jp-chard-hint">
        {value === null
          ? hasEnded(state.phase)
            ? trans.__('No trial has finished with a value.')
            : trans.__('The first trial that finishes with a value stands here.')
          : objective}
        {value !== null && baseline && `. ${comparisonInWords(state, baseline, trans)}`}
      </p>
      <dl className="jp-chard-Best-values">
        {state.spec.parameters.map(({ name }) => (
          <Value key={name} name={name} value={trial?.parameters[name]} />
        ))}
        {others.map(name => (
          <Value key={`m:${name}`} name={name} value={trial && metricOf(trial, name)} />
        ))}
      </dl>
      <div className="jp-chard-Best-actions">
        <Button
          look="primary"
          icon={playIcon}
          disabled={value === null}
          title={trans.__('Runs the notebook as it is now with these values')}
          onClick={() => act(CommandIds.runTrial)}
        >
          {trans.__('Run it')}
        </Button>
        <Button
          look="bordered"
          icon={pencilIcon}
          disabled={value === null}
          title={trans.__('An edit of the parameters cell, which the notebook can undo')}
          onClick={() => act(CommandIds.writeTrial)}
        >
          {trans.__('Write into parameters')}
        </Button>
        <Button look="bordered" icon={compareIcon} disabled={value === null} onClick={onCompare}>
          {trans.__('Compare with…')}
        </Button>
      </div>
    </section>
  );
}

/** One of the trial's values; its place is there before the value is. */
function Value({ name, value }: { readonly name: string; readonly value: Choice | undefined }) {
  return (
    <div>
      <dt title={name}>{name}</dt>
      <dd title={value === undefined ? undefined : choiceText(value)}>{valueText(value)}</dd>
    </div>
  );
}
