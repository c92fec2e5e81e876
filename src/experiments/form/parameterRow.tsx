import {
  isRange,
  type DiscreteParameter,
  type ExperimentDiagnostic,
  type ListParameter,
  type ParameterSpec,
  type RangeParameter
} from '@chard/core/experiment';
import type { Parameter } from '@chard/core/pipeline';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useId } from 'react';
import { SelectField, TextField } from '../../annotation/editor/fields';
import { Button } from '../../controls/button';
import { defaultText } from '../../launch/parameters/fields';
import type { EditSession } from '../../notebooks/edits';
import type { NotebookPipeline } from '../../notebooks/notebookPipeline';
import { Faults, faultsAt, isWrong } from './faults';
import {
  asKind,
  discrete,
  kindOf,
  kindsFor,
  printList,
  readList,
  readNumber,
  type RowKind
} from './ranges';

export interface ParameterRowProps {
  /** As the notebook has it. */
  readonly known: Parameter;
  /** Where it stands among those that are tuned; -1 for a fixed one. */
  readonly index: number;
  readonly parameter: ParameterSpec | undefined;
  readonly problems: readonly ExperimentDiagnostic[];
  readonly pipeline: NotebookPipeline;
  /** Takes the parameter, or with null leaves it fixed. */
  readonly onChange: (parameter: ParameterSpec | null, session?: EditSession) => void;
  readonly trans: TranslationBundle;
}

/** One parameter of the notebook: fixed, or what of it is searched. */
export function ParameterRow(props: ParameterRowProps) {
  const { known, index, parameter, problems, pipeline, onChange, trans } = props;
  const id = useId();
  const titles: Record<RowKind, string> = {
    fixed: trans.__('Fixed'),
    range: trans.__('Range'),
    list: trans.__('List'),
    choices: trans.__('Choices')
  };
  const kind = kindOf(parameter);
  const kinds = kindsFor(known.type);
  const faults = index === -1 ? [] : faultsAt(problems, 'parameters', index);
  return (
    <div
      className="jp-chard-Tuning-parameter"
      role="group"
      aria-labelledby={`${id}-name`}
      data-kind={kind}
    >
      <div className="jp-chard-Tuning-head">
        <code id={`${id}-name`} title={known.name}>
          {known.name}
        </code>
        <span className="jp-chard-hint" title={trans.__('In the notebook: %1', defaultText(known))}>
          {defaultText(known)}
        </span>
        {kinds.length === 1 ? (
          <span className="jp-chard-hint">{trans.__('a %1: not tuned', known.type)}</span>
        ) : (
          <SelectField
            label={trans.__('%1: fixed or tuned', known.name)}
            value={kind}
            options={kinds.map(value => ({ value, title: titles[value] }))}
            onChange={value => onChange(asKind(known, parameter, value as RowKind))}
          />
        )}
      </div>
      {parameter && isRange(parameter) && (
        <RangeFields {...props} parameter={parameter} faultId={`${id}-faults`} />
      )}
      {parameter && !isRange(parameter) && (
        <ListFields {...props} parameter={parameter} faultId={`${id}-faults`} />
      )}
      <Faults id={`${id}-faults`} faults={faults} pipeline={pipeline} />
    </div>
  );
}

function RangeFields(
  props: ParameterRowProps & { readonly parameter: RangeParameter; readonly faultId: string }
) {
  const { known, index, parameter, problems, faultId, onChange, trans } = props;
  const isWhole = parameter.type === 'int';
  const field = (key: 'min' | 'max' | 'step', label: string, placeholder?: string) => (
    <label className="jp-chard-Tuning-number">
      <span>{label}</span>
      <TextField
        label={`${known.name}: ${label}`}
        mono
        width={72}
        inputMode={isWhole ? 'numeric' : 'decimal'}
        value={parameter[key] === null ? '' : String(parameter[key])}
        {...(placeholder !== undefined && { placeholder })}
        faultId={isWrong(problems, 'parameters', index, key) ? faultId : undefined}
        onChange={(text, session) => {
          if (key === 'step' && text.trim() === '') {
            onChange({ ...parameter, step: null }, session);
            return null;
          }
          const value = readNumber(text, isWhole);
          if (value === null) {
            return isWhole ? trans.__('A whole number.') : trans.__('A number.');
          }
          onChange({ ...parameter, [key]: value }, session);
          return null;
        }}
      />
    </label>
  );
  return (
    <div className="jp-chard-Tuning-fields">
      {field('min', trans.__('from'))}
      {field('max', trans.__('to'))}
      {field('step', trans.__('step'), isWhole ? '1' : trans.__('none'))}
      <label
        className="jp-chard-Check"
        title={trans.__('Each factor of ten is as likely as every other')}
      >
        <input
          type="checkbox"
          checked={parameter.distribution === 'logUniform'}
          aria-invalid={isWrong(problems, 'parameters', index, 'distribution')}
          onChange={event =>
            onChange({
              ...parameter,
              distribution: event.target.checked ? 'logUniform' : 'uniform'
            })
          }
        />
        {trans.__('log')}
      </label>
    </div>
  );
}

function ListFields(
  props: ParameterRowProps & { readonly parameter: ListParameter; readonly faultId: string }
) {
  const { known, index, parameter, problems, faultId, onChange, trans } = props;
  const isNumbers = parameter.type === 'discrete';
  return (
    <div className="jp-chard-Tuning-fields">
      <TextField
        label={trans.__('%1: values, with commas between', known.name)}
        mono
        value={printList(parameter.list, known.type)}
        placeholder={isNumbers ? '16, 32, 64' : 'adam, sgd'}
        faultId={isWrong(problems, 'parameters', index, 'list') ? faultId : undefined}
        onChange={(text, session) => {
          const list = readList(text, known.type, isNumbers);
          if (list === null) {
            return known.type === 'bool'
              ? trans.__('True, False.')
              : isNumbers || known.type !== 'str'
                ? trans.__('Numbers with commas between.')
                : trans.__('Values with commas between.');
          }
          onChange(
            isNumbers
              ? discrete(known.name, list as DiscreteParameter['list'])
              : { ...parameter, type: 'categorical', list },
            session
          );
          return null;
        }}
      />
    </div>
  );
}

/** A parameter that is tuned and that the notebook does not have. */
export function UnknownRow(props: {
  readonly index: number;
  readonly parameter: ParameterSpec;
  readonly problems: readonly ExperimentDiagnostic[];
  readonly pipeline: NotebookPipeline;
  readonly onRemove: () => void;
  readonly trans: TranslationBundle;
}) {
  const { index, parameter, problems, pipeline, onRemove, trans } = props;
  const id = useId();
  return (
    <div className="jp-chard-Tuning-parameter" role="group" aria-labelledby={`${id}-name`}>
      <div className="jp-chard-Tuning-head">
        <code id={`${id}-name`}>{parameter.name || trans.__('(no name)')}</code>
        <span className="jp-chard-hint">{trans.__('not in the notebook')}</span>
        <Button look="link" onClick={onRemove}>
          {trans.__('Leave it out')}
        </Button>
      </div>
      <Faults
        id={`${id}-faults`}
        faults={faultsAt(problems, 'parameters', index)}
        pipeline={pipeline}
      />
    </div>
  );
}
