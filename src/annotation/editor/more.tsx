import {
  isEnvironmentName,
  isLabelKey,
  isLabelValue,
  parseTag,
  printTag,
  type DeclaredStepSettings,
  type Retries
} from '@chard/core/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useId } from 'react';
import type { EditSession } from '../../notebooks/edits';
import type { CellEditor, EditedStep } from './cellEditor';
import { ListField, Row, SelectField, TextField, type Column } from './fields';

interface Props {
  readonly editor: CellEditor;
  readonly step: EditedStep;
  readonly trans: TranslationBundle;
}

const NO_RETRIES: Retries = {
  count: 0,
  backoffSeconds: 0,
  backoffFactor: 2,
  maxBackoffSeconds: 3600
};

/** What a step says rarely: image, reuse, time limit, retries, environment, secrets, labels, annotations. */
export function More({ editor, step, trans }: Props) {
  const { settings, effective } = step;
  const image = useId();
  const reuse = useId();
  const timeout = useId();
  return (
    <>
      <Row label={trans.__('Image')} htmlFor={image}>
        <TextField
          id={image}
          label={trans.__('Image')}
          mono
          width={300}
          value={settings.image ?? ''}
          placeholder={effective.image ?? trans.__('as in the pipeline')}
          onChange={(text, session) => {
            const said = text.trim();
            if (/\s/.test(said)) return trans.__('An image has no spaces in its name.');
            editor.setSetting('image', said === '' ? null : said, session);
            return null;
          }}
        />
      </Row>
      <Row label={trans.__('Reuse results')} htmlFor={reuse}>
        <SelectField
          id={reuse}
          label={trans.__('Reuse results')}
          value={settings.cache === null ? '' : String(settings.cache)}
          options={[
            { value: '', title: trans.__('As in the pipeline') },
            { value: 'true', title: trans.__('When unchanged') },
            { value: 'false', title: trans.__('Never: run each time') }
          ]}
          onChange={value => editor.setSetting('cache', value === '' ? null : value === 'true')}
        />
      </Row>
      <Row label={trans.__('Time limit')} htmlFor={timeout}>
        <TextField
          id={timeout}
          label={trans.__('Time limit in seconds')}
          inputMode="decimal"
          width={72}
          value={numberText(settings.timeoutSeconds)}
          placeholder={trans.__('none')}
          onChange={(text, session) => {
            const seconds = readNumber(text, 0);
            if (seconds === undefined || seconds === 0) return trans.__('A number of seconds.');
            editor.setSetting('timeoutSeconds', seconds, session);
            return null;
          }}
        />
        <span className="jp-chard-hint">{trans.__('seconds')}</span>
      </Row>
      <RetriesRow editor={editor} step={step} trans={trans} />
      <Row label={trans.__('Environment')}>
        <MapField
          field="environment"
          isKey={isEnvironmentName}
          isValue={() => true}
          keyHint={trans.__('A name has letters, digits and “_”, and does not begin with a digit.')}
          valueHint=""
          entry={trans.__('environment variable')}
          {...{ editor, step, trans }}
        />
      </Row>
      <Row label={trans.__('Secrets')}>
        <Secrets editor={editor} step={step} trans={trans} />
      </Row>
      <Row label={trans.__('Labels')}>
        <MapField
          field="labels"
          isKey={isLabelKey}
          isValue={isLabelValue}
          keyHint={trans.__('A key is like “team” or “example.org/team”.')}
          valueHint={trans.__('A value has letters, digits, “-”, “_” and “.”.')}
          entry={trans.__('label')}
          {...{ editor, step, trans }}
        />
      </Row>
      <Row label={trans.__('Annotations')}>
        <MapField
          field="annotations"
          isKey={isLabelKey}
          isValue={() => true}
          keyHint={trans.__('A key is like “team” or “example.org/team”.')}
          valueHint=""
          entry={trans.__('annotation')}
          {...{ editor, step, trans }}
        />
      </Row>
    </>
  );
}

/** What is set of the above, in a few words; empty where nothing is. */
export function moreSummary(settings: DeclaredStepSettings, trans: TranslationBundle): string {
  const counted = (record: object, one: string, many: string): string[] => {
    const count = Object.keys(record).length;
    return count === 0 ? [] : [trans._n(one, many, count)];
  };
  return [
    ...(settings.image === null ? [] : [trans.__('image %1', settings.image)]),
    ...(settings.cache === null
      ? []
      : [settings.cache ? trans.__('results are reused') : trans.__('runs each time')]),
    ...(settings.timeoutSeconds === null
      ? []
      : [trans.__('at most %1 s', settings.timeoutSeconds)]),
    ...(settings.retries === null
      ? []
      : [trans._n('%1 retry', '%1 retries', settings.retries.count)]),
    ...counted(settings.environment, '%1 environment variable', '%1 environment variables'),
    ...counted(settings.secrets, '%1 secret', '%1 secrets'),
    ...counted(settings.labels, '%1 label', '%1 labels'),
    ...counted(settings.annotations, '%1 annotation', '%1 annotations')
  ].join(' · ');
}

function RetriesRow({ editor, step, trans }: Props) {
  const count = useId();
  const { retries } = step.settings;
  const set = (change: Partial<Retries>, session: EditSession): null => {
    const next = { ...(retries ?? NO_RETRIES), ...change };
    editor.setSetting('retries', next.count === 0 ? null : next, session);
    return null;
  };
  return (
    <Row label={trans.__('Retries')} htmlFor={count}>
      <TextField
        id={count}
        label={trans.__('Retries')}
        inputMode="numeric"
        width={48}
        value={numberText(retries?.count ?? null)}
        placeholder="0"
        onChange={(text, session) => {
          const number = readNumber(text, 0);
          if (number === undefined || !Number.isInteger(number ?? 0)) {
            return trans.__('A whole number.');
          }
          return set({ count: number ?? 0 }, session);
        }}
      />
      {retries && (
        <>
          <span className="jp-chard-hint">{trans.__('waiting')}</span>
          <TextField
            label={trans.__('Seconds before the first retry')}
            inputMode="decimal"
            width={56}
            value={String(retries.backoffSeconds)}
            onChange={(text, session) => {
              const seconds = readNumber(text, 0);
              if (seconds === undefined) return trans.__('A number of seconds.');
              return set({ backoffSeconds: seconds ?? 0 }, session);
            }}
          />
          <span className="jp-chard-hint">{trans.__('s, each time times')}</span>
          <TextField
            label={trans.__('Factor of the waiting time')}
            inputMode="decimal"
            width={48}
            value={String(retries.backoffFactor)}
            onChange={(text, session) => {
              const factor = readNumber(text, 1);
              if (factor === undefined || factor === null) return trans.__('A number from 1 on.');
              return set({ backoffFactor: factor }, session);
            }}
          />
        </>
      )}
    </Row>
  );
}

function MapField({
  field,
  editor,
  step,
  trans,
  entry,
  ...rules
}: Props & {
  readonly field: 'environment' | 'labels' | 'annotations';
  readonly isKey: (key: string) => boolean;
  readonly isValue: (value: string) => boolean;
  readonly keyHint: string;
  readonly valueHint: string;
  readonly entry: string;
}) {
  const columns: Column[] = [
    { label: trans.__('name'), width: 170 },
    { label: trans.__('value'), width: 200 }
  ];
  return (
    <ListField
      columns={columns}
      rows={Object.entries(step.settings[field])}
      entry={entry}
      trans={trans}
      onChange={(rows, session) => {
        const keys = rows.map(([key]) => key!);
        if (!keys.every(rules.isKey)) return rules.keyHint;
        if (!rows.every(([, value]) => rules.isValue(value!))) return rules.valueHint;
        if (new Set(keys).size < keys.length) return trans.__('Each name can be there only once.');
        editor.setSetting(field, Object.fromEntries(rows) as Record<string, string>, session);
        return null;
      }}
    />
  );
}

function Secrets({ editor, step, trans }: Props) {
  const columns: Column[] = [
    { label: trans.__('secret'), width: 130 },
    { label: trans.__('key'), width: 110 },
    { label: trans.__('variable'), width: 130 }
  ];
  return (
    <ListField
      columns={columns}
      rows={step.settings.secrets.map(({ secret, key, env }) => [secret, key, env])}
      entry={trans.__('secret')}
      trans={trans}
      onChange={(rows, session) => {
        const secrets = rows.map(([secret, key, env]) => ({
          secret: secret!,
          key: key!,
          env: env!
        }));
        // What the grammar of tags can say, it can read again.
        const sayable = secrets.every(secret => {
          const [item] = parseTag(printTag({ kind: 'secret', ...secret })).items;
          return item?.kind === 'secret' && item.env === secret.env && item.key === secret.key;
        });
        if (!sayable) {
          return trans.__('Name the secret, its key, and the variable that the step sees.');
        }
        editor.setSetting('secrets', secrets, session);
        return null;
      }}
    />
  );
}

function numberText(value: number | null): string {
  return value === null ? '' : String(value);
}

/** Null for an empty text, undefined for what is not a number of at least `least`. */
function readNumber(text: string, least: number): number | null | undefined {
  const said = text.trim();
  if (said === '') return null;
  const value = Number(said);
  return Number.isFinite(value) && value >= least ? value : undefined;
}
