import type { Parameter } from '@chard/core/pipeline';
import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, undoIcon } from '@jupyterlab/ui-components';
import { useEffect, useId, useRef, useState } from 'react';

import { IconButton } from '../../controls/button';
import { BodyDialog } from '../../focus/bodyDialog';
import {
  changedValues,
  defaultText,
  fieldsOf,
  readField,
  type FieldReading,
  type ParameterField
} from './fields';
import '../../views';

export interface ParameterChoice {
  /** Those that are other than their defaults. */
  readonly parameters: Record<string, unknown>;
  readonly cache: boolean;
}

interface Options {
  readonly parameters: readonly Parameter[];
  /** Values to begin with, of another run. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly cache: boolean;
  readonly trans: TranslationBundle;
}

/** Asks for other values of the parameters, for one run; null where it was left without one. */
export async function askForParameters(options: Options): Promise<ParameterChoice | null> {
  const { trans } = options;
  const dialog = new BodyDialog({
    title: trans.__('Run with other parameters'),
    body: new ParameterForm(options),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Run') })
    ],
    focusNodeSelector: '.jp-chard-Parameters :is(input, select, textarea)'
  });
  dialog.addClass('jp-chard-Parameters-dialog');
  const { button, value } = await dialog.launch();
  return button.accept ? value : null;
}

class ParameterForm extends ReactWidget implements Dialog.IBodyWidget<ParameterChoice | null> {
  private fields: readonly ParameterField[];
  private cache: boolean;

  constructor(private readonly options: Options) {
    super();
    this.addClass('jp-chard-Parameters');
    this.fields = fieldsOf(options.parameters, options.values);
    this.cache = options.cache;
  }

  getValue(): ParameterChoice | null {
    const parameters = changedValues(this.fields);
    return parameters && { parameters, cache: this.cache };
  }

  override render() {
    return (
      <Form
        fields={this.fields}
        cache={this.cache}
        onChange={(fields, cache) => {
          this.fields = fields;
          this.cache = cache;
        }}
        trans={this.options.trans}
      />
    );
  }
}

function Form(props: {
  readonly fields: readonly ParameterField[];
  readonly cache: boolean;
  readonly onChange: (fields: readonly ParameterField[], cache: boolean) => void;
  readonly trans: TranslationBundle;
}) {
  const { trans } = props;
  const [fields, setFields] = useState(props.fields);
  const [cache, setCache] = useState(props.cache);
  const node = useRef<HTMLDivElement>(null);
  useEffect(() => {
    props.onChange(fields, cache);
    // The dialog has looked for wrong fields before this one was drawn: it looks again.
    node.current?.dispatchEvent(new Event('input', { bubbles: true }));
  }, [fields, cache]);
  const changed = fields.filter(field => readField(field).isChanged).length;
  return (
    <div ref={node}>
      <p className="jp-chard-hint">{trans.__('For this run only: the notebook stays as it is.')}</p>
      <div className="jp-chard-Parameters-fields">
        {fields.map((field, at) => (
          <FieldRow
            key={field.parameter.name}
            field={field}
            onChange={text => setFields(fields.with(at, { ...field, text }))}
            trans={trans}
          />
        ))}
      </div>
      <label className="jp-chard-Check">
        <input type="checkbox" checked={cache} onChange={event => setCache(event.target.checked)} />
        {trans.__('Reuse results of steps that nothing changes for')}
      </label>
      <p className="jp-chard-hint" role="status">
        {changed === 0
          ? trans.__('All as in the notebook.')
          : trans._n(
              '%1 value differs from the notebook.',
              '%1 values differ from the notebook.',
              changed
            )}
      </p>
    </div>
  );
}

function FieldRow(props: {
  readonly field: ParameterField;
  readonly onChange: (text: string) => void;
  readonly trans: TranslationBundle;
}) {
  const { field, onChange, trans } = props;
  const { parameter } = field;
  const reading = readField(field);
  const id = useId();
  return (
    <div className={`jp-chard-Parameters-row${reading.isChanged ? ' jp-chard-mod-changed' : ''}`}>
      <label htmlFor={id}>
        <code>{parameter.name}</code>{' '}
        <span className="jp-chard-hint">{parameter.type === 'none' ? '' : parameter.type}</span>
      </label>
      <div className="jp-chard-Parameters-value">
        <ValueField id={id} field={field} reading={reading} onChange={onChange} />
        {reading.problem !== null ? (
          <span id={`${id}-problem`} role="alert" className="jp-chard-Field-problem">
            {reading.problem}
          </span>
        ) : (
          reading.isChanged && (
            <span className="jp-chard-hint">
              {trans.__('in the notebook: %1', defaultText(parameter))}
            </span>
          )
        )}
      </div>
      <IconButton
        icon={undoIcon}
        label={trans.__('Back to the notebook’s value of %1', parameter.name)}
        title={trans.__('Back to the notebook’s value')}
        disabled={!reading.isChanged}
        onClick={() => onChange(defaultText(parameter))}
      />
    </div>
  );
}

function ValueField(props: {
  readonly id: string;
  readonly field: ParameterField;
  readonly reading: FieldReading;
  readonly onChange: (text: string) => void;
}) {
  const { id, field, reading, onChange } = props;
  const { type } = field.parameter;
  if (type === 'bool') {
    return (
      <select
        id={id}
        className="jp-chard-Select"
        value={field.text}
        onChange={event => onChange(event.target.value)}
      >
        <option>True</option>
        <option>False</option>
      </select>
    );
  }
  const isWrong = reading.problem !== null;
  const common = {
    id,
    className: `jp-chard-Input jp-chard-mod-mono${isWrong ? ' jp-mod-error' : ''}`,
    'aria-invalid': isWrong,
    'aria-describedby': isWrong ? `${id}-problem` : undefined,
    spellCheck: false,
    value: field.text
  };
  if (type === 'list' || type === 'dict') {
    const rows = Math.min(6, Math.max(2, field.text.split('\n').length));
    return (
      <textarea
        {...common}
        rows={rows}
        onChange={event => onChange(event.target.value)}
        onKeyDown={event => {
          // Enter is a new line here, not the dialog's button.
          if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) event.stopPropagation();
        }}
      />
    );
  }
  const inputMode = type === 'int' ? 'numeric' : type === 'float' ? 'decimal' : undefined;
  return (
    <input
      {...common}
      type="text"
      autoComplete="off"
      inputMode={inputMode}
      onChange={event => onChange(event.target.value)}
    />
  );
}
