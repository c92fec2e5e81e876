import { editsToSetPipeline, type PipelineSettings } from '@chard/core/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useId, type ComponentType } from 'react';
import { withLimit } from '../annotation/editor/quantities';
import { Row, SelectField, TextField } from '../annotation/editor/fields';
import type { EditSession } from '../notebooks/edits';
import type { NotebookPipeline } from '../notebooks/notebookPipeline';
import { usePipeline } from '../notebooks/usePipeline';
import type { OpenNotebook } from '../tokens';

type TextSetting = 'name' | 'description' | 'experiment' | 'image';

/** The pipeline's own settings and the defaults of all steps. The notebook holds them; nothing is kept here. */
export function settingsSection(trans: TranslationBundle): ComponentType<OpenNotebook> {
  return function Settings({ pipeline }: OpenNotebook) {
    usePipeline(pipeline);
    const { settings } = pipeline.annotated;
    const text = (field: TextSetting, label: string, placeholder: string) => (
      <TextSettingRow {...{ pipeline, field, label, placeholder }} />
    );
    return (
      <div className="jp-chard-Settings">
        {text('name', trans.__('Name'), pipeline.name)}
        {text('description', trans.__('Description'), trans.__('What it is for'))}
        {text('experiment', trans.__('Experiment'), trans.__('Runs are gathered under it'))}
        <h3>{trans.__('Defaults of all steps')}</h3>
        {text('image', trans.__('Image'), trans.__('Only for a cluster'))}
        <Caching {...{ pipeline, settings, trans }} />
        <DefaultLimit {...{ pipeline, settings, trans }} resource="cpu" label={trans.__('CPU')} />
        <DefaultLimit
          {...{ pipeline, settings, trans }}
          resource="memory"
          label={trans.__('Memory')}
        />
        <Timeout {...{ pipeline, settings, trans }} />
      </div>
    );
  };
}

interface SettingProps {
  readonly pipeline: NotebookPipeline;
  readonly settings: PipelineSettings;
  readonly trans: TranslationBundle;
}

function TextSettingRow(props: {
  readonly pipeline: NotebookPipeline;
  readonly field: TextSetting;
  readonly label: string;
  readonly placeholder: string;
}) {
  const { pipeline, field, label, placeholder } = props;
  const id = useId();
  return (
    <Row label={label} htmlFor={id}>
      <TextField
        id={id}
        label={label}
        value={pipeline.annotated.settings[field] ?? ''}
        placeholder={placeholder}
        onChange={(text, session) => {
          const value = text.trim() === '' ? null : text;
          const { notebook } = pipeline.annotated;
          pipeline.apply(editsToSetPipeline(notebook, field, value), session);
          return null;
        }}
      />
    </Row>
  );
}

function Caching({ pipeline, settings, trans }: SettingProps) {
  const id = useId();
  return (
    <Row label={trans.__('Reuse results')} htmlFor={id}>
      <SelectField
        id={id}
        label={trans.__('Reuse results')}
        value={settings.caching === false ? 'false' : 'true'}
        options={[
          { value: 'true', title: trans.__('When unchanged') },
          { value: 'false', title: trans.__('Never: run each time') }
        ]}
        onChange={value => {
          const { notebook } = pipeline.annotated;
          pipeline.apply(editsToSetPipeline(notebook, 'caching', value === 'false' ? false : null));
        }}
      />
    </Row>
  );
}

function DefaultLimit(props: SettingProps & { readonly resource: string; readonly label: string }) {
  const { pipeline, settings, trans, resource, label } = props;
  const id = useId();
  const { stepDefaults } = settings;
  const save = (text: string, session: EditSession): string | null => {
    const limits = withLimit(stepDefaults.limits, resource, text.trim());
    if (limits === null) return trans.__('An amount, such as 2, 500m or 4Gi.');
    const { notebook } = pipeline.annotated;
    const edits = editsToSetPipeline(notebook, 'stepDefaults', { ...stepDefaults, limits });
    pipeline.apply(edits, session);
    return null;
  };
  return (
    <Row label={label} htmlFor={id}>
      <TextField
        id={id}
        label={label}
        width={88}
        value={stepDefaults.limits[resource] ?? ''}
        placeholder={trans.__('any')}
        onChange={save}
      />
    </Row>
  );
}

function Timeout({ pipeline, settings, trans }: SettingProps) {
  const id = useId();
  return (
    <Row label={trans.__('Time limit')} htmlFor={id}>
      <TextField
        id={id}
        label={trans.__('Time limit of a whole run in seconds')}
        width={88}
        inputMode="decimal"
        value={settings.timeoutSeconds === null ? '' : String(settings.timeoutSeconds)}
        placeholder={trans.__('none')}
        onChange={(text, session) => {
          const seconds = text.trim() === '' ? null : Number(text);
          if (seconds !== null && !(seconds > 0 && Number.isFinite(seconds))) {
            return trans.__('A number of seconds.');
          }
          const { notebook } = pipeline.annotated;
          pipeline.apply(editsToSetPipeline(notebook, 'timeoutSeconds', seconds), session);
          return null;
        }}
      />
      <span className="jp-chard-hint">{trans.__('s, whole run')}</span>
    </Row>
  );
}
