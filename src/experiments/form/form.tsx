import {
  ALGORITHMS,
  algorithmInfo,
  EARLY_STOPPING,
  earlyStoppingInfo,
  editsToSetExperiment,
  proposeObjectiveType,
  strategyOf,
  type AlgorithmInfo,
  type ExperimentSpec,
  type MetricStrategy,
  type ObjectiveType,
  type ParameterSpec
} from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { Row, SelectField, TextField } from '../../annotation/editor/fields';
import { caretIcon } from '../../icons';
import type { EditSession } from '../../notebooks/edits';
import type { NotebookPipeline } from '../../notebooks/notebookPipeline';
import { Faults, faultsAt, isWrong } from './faults';
import { ParameterRow, UnknownRow } from './parameterRow';
import { readNumber } from './ranges';
import { knownMetrics, type Tuning, type TuningSurroundings } from './tuning';

export interface TuningFormProps {
  readonly pipeline: NotebookPipeline;
  readonly tuning: Tuning;
  readonly surroundings: TuningSurroundings;
  readonly trans: TranslationBundle;
}

type Change = (change: Partial<ExperimentSpec>, session?: EditSession) => void;
type PartProps = TuningFormProps & { readonly onChange: Change };

/** The experiment of a notebook. The notebook holds it; nothing is kept here. */
export function TuningForm(props: TuningFormProps) {
  const { pipeline, tuning } = props;
  const id = useId();
  const onChange: Change = (change, session) =>
    pipeline.apply(editsToSetExperiment(pipeline.annotated.notebook, change), session);
  const parts = { ...props, onChange };
  return (
    <div className="jp-chard-Settings">
      <Faults
        id={`${id}-faults`}
        faults={tuning.problems.filter(({ field }) => field.length === 0)}
        pipeline={pipeline}
      />
      <Name {...parts} />
      <ObjectiveFields {...parts} />
      <Parameters {...parts} />
      <AlgorithmFields {...parts} />
      <Counts {...parts} />
      <More {...parts} />
    </div>
  );
}

function Name({ pipeline, tuning, onChange, trans }: PartProps) {
  const id = useId();
  const { spec, said, name: written, problems } = tuning;
  const faults = faultsAt(problems, 'name');
  const isCounted = said.has('name') && spec.name !== written;
  return (
    <>
      <Row label={trans.__('Name')} htmlFor={id}>
        <TextField
          id={id}
          label={trans.__('Name of the experiment')}
          value={said.has('name') ? written : ''}
          placeholder={spec.name}
          faultId={faults.length > 0 ? `${id}-faults` : undefined}
          hintId={isCounted ? `${id}-next` : undefined}
          onChange={(name, session) => {
            onChange({ name }, session);
            return null;
          }}
        />
        {
          // Beside the field and not below it: it comes when an experiment has started, and moves nothing then.
          isCounted && (
            <span
              id={`${id}-next`}
              className="jp-chard-hint jp-chard-Tuning-next"
              title={trans.__(
                'There is an experiment “%1” already: the next one will be called “%2”.',
                written,
                spec.name
              )}
            >
              {trans.__('next: %1', tailOf(spec.name))}
            </span>
          )
        }
      </Row>
      <Faults id={`${id}-faults`} faults={faults} pipeline={pipeline} />
    </>
  );
}

/** So much of a name stands beside its field. */
const MOST_SAID = 14;

/** A name, or its end: that is where the number is. */
function tailOf(name: string): string {
  return name.length <= MOST_SAID ? name : `…${name.slice(1 - MOST_SAID)}`;
}

function ObjectiveFields(props: PartProps) {
  const { pipeline, tuning, surroundings, onChange, trans } = props;
  const { objective } = tuning.spec;
  const id = useId();
  const metrics = knownMetrics(tuning, surroundings);
  const faults = faultsAt(tuning.problems, 'objective');
  const types: { value: ObjectiveType; title: string }[] = [
    { value: 'minimize', title: trans.__('Minimise') },
    { value: 'maximize', title: trans.__('Maximise') }
  ];
  return (
    <>
      <h3>{trans.__('Objective')}</h3>
      <div className="jp-chard-Tuning-objective">
        <SelectField
          label={trans.__('Minimise or maximise')}
          value={objective.type}
          options={types}
          onChange={type => onChange({ objective: { ...objective, type: type as ObjectiveType } })}
        />
        <TextField
          label={trans.__('Metric')}
          mono
          list={metrics}
          value={objective.metric}
          placeholder={trans.__('metric')}
          faultId={isWrong(tuning.problems, 'objective', 'metric') ? `${id}-faults` : undefined}
          onChange={(metric, session) => {
            // A metric that is known says by its name whether less of it is better.
            const type = metrics.includes(metric) ? proposeObjectiveType(metric) : objective.type;
            onChange({ objective: { ...objective, metric, type } }, session);
            return null;
          }}
        />
      </div>
      <Faults id={`${id}-faults`} faults={faults} pipeline={pipeline} />
      {metrics.length === 0 && faults.length === 0 && tuning.reported?.others === false && (
        <p className="jp-chard-hint">
          {trans.__(
            'No step reports a metric yet: tag a cell as metrics, or call chard.log_metric("name", value).'
          )}
        </p>
      )}
    </>
  );
}

function Parameters({ pipeline, tuning, onChange, trans }: PartProps) {
  const { spec, problems } = tuning;
  const id = useId();
  const known = pipeline.findings?.pipeline?.parameters ?? [];
  const unknown = spec.parameters.filter(({ name }) => !known.some(each => each.name === name));
  const set = (index: number, parameter: ParameterSpec | null, session?: EditSession): void => {
    const { parameters } = spec;
    const changed =
      parameter === null
        ? parameters.toSpliced(index, 1)
        : index === -1
          ? [...parameters, parameter]
          : parameters.with(index, parameter);
    onChange({ parameters: changed }, session);
  };
  return (
    <>
      <h3>{trans.__('Parameters')}</h3>
      {known.map(each => {
        const index = spec.parameters.findIndex(({ name }) => name === each.name);
        return (
          <ParameterRow
            key={each.name}
            known={each}
            index={index}
            parameter={spec.parameters[index]}
            onChange={(parameter, session) => {
              if (parameter !== null || index !== -1) set(index, parameter, session);
            }}
            {...{ problems, pipeline, trans }}
          />
        );
      })}
      {unknown.map(parameter => {
        const index = spec.parameters.indexOf(parameter);
        return (
          <UnknownRow
            key={`${index} ${parameter.name}`}
            onRemove={() => set(index, null)}
            {...{ index, parameter, problems, pipeline, trans }}
          />
        );
      })}
      <Faults
        id={`${id}-faults`}
        faults={problems.filter(({ field }) => field[0] === 'parameters' && field.length === 1)}
        pipeline={pipeline}
      />
    </>
  );
}

function AlgorithmFields({ pipeline, tuning, onChange, trans }: PartProps) {
  const { algorithm } = tuning.spec;
  const id = useId();
  const info = algorithmInfo(algorithm.name);
  const options = ALGORITHMS.filter(({ engines }) => engines.includes('local')).map(
    ({ name, title }) => ({ value: name, title })
  );
  return (
    <>
      <h3>{trans.__('Search')}</h3>
      <Row label={trans.__('Algorithm')} htmlFor={id}>
        <SelectField
          id={id}
          label={trans.__('Algorithm')}
          value={algorithm.name}
          options={info ? options : [{ value: algorithm.name, title: algorithm.name }, ...options]}
          onChange={name => onChange({ algorithm: { name, settings: {} } })}
        />
      </Row>
      {info && <p className="jp-chard-hint">{info.description}</p>}
      <Faults
        id={`${id}-faults`}
        faults={tuning.problems.filter(
          ({ field }) => field[0] === 'algorithm' && field[1] !== 'settings'
        )}
        pipeline={pipeline}
      />
    </>
  );
}

type CountField = 'maxTrialCount' | 'parallelTrialCount' | 'maxFailedTrialCount';

function Counts({ pipeline, tuning, onChange, trans }: PartProps) {
  const { spec, problems } = tuning;
  const id = useId();
  const fields: readonly [CountField, string, string][] = [
    ['maxTrialCount', trans.__('trials'), trans.__('Trials in all')],
    ['parallelTrialCount', trans.__('at a time'), trans.__('Trials at a time')],
    ['maxFailedTrialCount', trans.__('may fail'), trans.__('Trials that may fail')]
  ];
  return (
    <>
      <div className="jp-chard-Tuning-counts">
        {fields.map(([field, label, whole]) => (
          <label key={field} className="jp-chard-Tuning-number">
            <TextField
              label={whole}
              mono
              width={52}
              inputMode="numeric"
              value={String(spec[field])}
              faultId={isWrong(problems, field) ? `${id}-faults` : undefined}
              onChange={(text, session) => {
                const count = readNumber(text, true);
                if (count === null) return trans.__('A whole number.');
                onChange({ [field]: count }, session);
                return null;
              }}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <Faults
        id={`${id}-faults`}
        faults={fields.flatMap(([field]) => faultsAt(problems, field))}
        pipeline={pipeline}
      />
    </>
  );
}

const STRATEGIES: readonly MetricStrategy[] = ['min', 'max', 'latest'];

/** What is said rarely: goal, further metrics, settings of the algorithm, early stopping, seed, time limit. */
function More(props: PartProps) {
  const { pipeline, tuning, onChange, trans } = props;
  const { spec, problems } = tuning;
  const { objective, earlyStopping, seed, trialTimeoutSeconds } = spec;
  const id = useId();
  const faults = problems.filter(
    ({ field }) =>
      field[0] === 'earlyStopping' ||
      field[0] === 'seed' ||
      field[0] === 'trialTimeoutSeconds' ||
      (field[0] === 'algorithm' && field[1] === 'settings')
  );
  const needsLook = faults.some(({ severity }) => severity === 'error');
  const [isOpen, setOpen] = useState(needsLook);
  useEffect(() => {
    if (needsLook) setOpen(true);
  }, [needsLook]);
  const summary = moreSummary(spec, trans) || trans.__('Early stopping, goal, seed, time limit');
  const stopping = earlyStopping && earlyStoppingInfo(earlyStopping.name);
  const optional = (
    label: string,
    placeholder: string,
    value: number | null,
    isWhole: boolean,
    save: (value: number | null, session: EditSession) => void,
    unit?: ReactNode
  ) => (
    <Row label={label}>
      <TextField
        label={label}
        mono
        width={unit === undefined ? 140 : 76}
        inputMode="decimal"
        value={value === null ? '' : String(value)}
        placeholder={placeholder}
        onChange={(text, session) => {
          const read = text.trim() === '' ? null : readNumber(text, isWhole);
          if (read === null && text.trim() !== '') {
            return isWhole ? trans.__('A whole number.') : trans.__('A number.');
          }
          save(read, session);
          return null;
        }}
      />
      {unit}
    </Row>
  );
  return (
    <>
      <div className="jp-chard-Row jp-chard-Tuning-moreRow">
        <button
          type="button"
          className="jp-chard-More-toggle"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          <caretIcon.react tag="span" className="jp-chard-icon" />
          {trans.__('More')}
        </button>
        {!isOpen && (
          <span className="jp-chard-hint" title={summary}>
            {summary}
          </span>
        )}
      </div>
      <div id={id} className="jp-chard-Tuning-more" hidden={!isOpen}>
        {isOpen && (
          <>
            <Row label={trans.__('Early stopping')}>
              <SelectField
                label={trans.__('Early stopping')}
                value={earlyStopping?.name ?? ''}
                options={[
                  { value: '', title: trans.__('None: every trial runs to its end') },
                  ...EARLY_STOPPING.filter(({ engines }) => engines.includes('local')).map(
                    ({ name, title }) => ({ value: name, title })
                  )
                ]}
                onChange={name =>
                  onChange({ earlyStopping: name === '' ? null : { name, settings: {} } })
                }
              />
            </Row>
            {stopping && <p className="jp-chard-hint">{stopping.description}</p>}
            {stopping && (
              <SettingFields
                {...props}
                info={stopping}
                settings={earlyStopping.settings}
                onSettings={(settings, session) =>
                  onChange({ earlyStopping: { ...earlyStopping, settings } }, session)
                }
              />
            )}
            {optional(
              trans.__('Goal'),
              trans.__('none'),
              objective.goal,
              false,
              (goal, session) => onChange({ objective: { ...objective, goal } }, session),
              <span className="jp-chard-hint">{trans.__('ends the search')}</span>
            )}
            <Row label={trans.__('A trial’s value')}>
              <SelectField
                label={trans.__('Which of the values that a trial reports is its own')}
                value={strategyOf(objective, objective.metric)}
                options={STRATEGIES.map(value => ({
                  value,
                  title: {
                    min: trans.__('The least that it reported'),
                    max: trans.__('The greatest that it reported'),
                    latest: trans.__('The last that it reported')
                  }[value]
                }))}
                onChange={strategy =>
                  onChange({
                    objective: {
                      ...objective,
                      strategies: {
                        ...objective.strategies,
                        [objective.metric]: strategy as MetricStrategy
                      }
                    }
                  })
                }
              />
            </Row>
            <Row label={trans.__('Also keep')}>
              <TextField
                label={trans.__('Further metrics, with commas between')}
                mono
                value={objective.additionalMetrics.join(', ')}
                placeholder={trans.__('other metrics')}
                onChange={(text, session) => {
                  const additionalMetrics = text
                    .split(',')
                    .map(each => each.trim())
                    .filter(each => each !== '');
                  onChange({ objective: { ...objective, additionalMetrics } }, session);
                  return null;
                }}
              />
            </Row>
            <AlgorithmSettings {...props} />
            {optional(
              trans.__('Seed'),
              trans.__('another each time'),
              seed,
              true,
              (value, session) => onChange({ seed: value }, session)
            )}
            {optional(
              trans.__('Time limit'),
              trans.__('none'),
              trialTimeoutSeconds,
              false,
              (value, session) => onChange({ trialTimeoutSeconds: value }, session),
              <span className="jp-chard-hint">{trans.__('s a trial')}</span>
            )}
            <Faults id={`${id}-faults`} faults={faults} pipeline={pipeline} />
          </>
        )}
      </div>
    </>
  );
}

function AlgorithmSettings(props: PartProps) {
  const { algorithm } = props.tuning.spec;
  const info = algorithmInfo(algorithm.name);
  return (
    info && (
      <SettingFields
        {...props}
        info={info}
        settings={algorithm.settings}
        onSettings={(settings, session) =>
          props.onChange({ algorithm: { ...algorithm, settings } }, session)
        }
      />
    )
  );
}

/** The settings of an algorithm; what is empty is as the algorithm has it. */
function SettingFields(
  props: PartProps & {
    readonly info: AlgorithmInfo;
    readonly settings: Readonly<Record<string, string>>;
    readonly onSettings: (settings: Record<string, string>, session?: EditSession) => void;
  }
) {
  const { info, settings, onSettings } = props;
  const local = info.settings.filter(
    // The experiment's own seed says the same.
    ({ name, engines }) => engines.includes('local') && name !== 'random_state'
  );
  const set = (name: string, text: string, session?: EditSession): void => {
    const others = Object.fromEntries(Object.entries(settings).filter(([key]) => key !== name));
    onSettings(text.trim() === '' ? others : { ...others, [name]: text.trim() }, session);
  };
  return (
    <>
      {local.map(({ name, description, default: byDefault, value }) => (
        <div key={`${info.name} ${name}`} className="jp-chard-Tuning-setting" title={description}>
          <Row label={name}>
            {value.kind === 'choice' ? (
              <SelectField
                label={`${name}: ${description}`}
                value={settings[name] ?? byDefault ?? ''}
                options={value.choices.map(choice => ({ value: choice, title: choice }))}
                onChange={choice => set(name, choice)}
              />
            ) : (
              <TextField
                label={`${name}: ${description}`}
                mono
                width={112}
                value={settings[name] ?? ''}
                placeholder={byDefault ?? ''}
                {...(value.kind === 'parameter' && {
                  list: props.tuning.spec.parameters.map(each => each.name)
                })}
                onChange={(text, session) => {
                  set(name, text, session);
                  return null;
                }}
              />
            )}
          </Row>
        </div>
      ))}
    </>
  );
}

/** What of it is set, in a line. */
function moreSummary(
  { earlyStopping, objective, seed, trialTimeoutSeconds }: ExperimentSpec,
  trans: TranslationBundle
): string {
  return [
    earlyStopping &&
      trans.__(
        'stops early: %1',
        earlyStoppingInfo(earlyStopping.name)?.title ?? earlyStopping.name
      ),
    objective.goal === null ? null : trans.__('goal %1', objective.goal),
    seed === null ? null : trans.__('seed %1', seed),
    trialTimeoutSeconds === null ? null : trans.__('%1 s a trial at most', trialTimeoutSeconds)
  ]
    .filter(Boolean)
    .join(', ');
}
