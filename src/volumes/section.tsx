import { editsToAddVolume, editsToSetPipeline, newVolume } from '@chard/core/notebook';
import { planSnapshot, type LocalVolume } from '@chard/core/protocol/api';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useId, useState, type ComponentType } from 'react';
import { Row, SelectField } from '../annotation/editor/fields';
import { Button } from '../controls/button';
import { plusIcon } from '../icons';
import type { NotebookPipeline } from '../notebooks/notebookPipeline';
import { usePipeline } from '../notebooks/usePipeline';
import { ChardApi } from '../runs/api';
import { useAnswer } from '../runs/useAnswer';
import type { OpenNotebook } from '../tokens';
import { IgnoreRules } from './ignore';
import { Measure } from './measure';
import { VolumeForm } from './volume';

/** The notebook's folder and its volumes: what they are, where they are on this machine, what a snapshot takes. */
export function volumesSection(
  settings: ServerConnection.ISettings,
  trans: TranslationBundle
): ComponentType<OpenNotebook> {
  const api = new ChardApi(settings);
  return function Volumes({ panel, pipeline }: OpenNotebook) {
    usePipeline(pipeline);
    const [saved, setSaved] = useState(0);
    const path = panel.context.contentsModel?.path ?? panel.context.path;
    const { volumes } = pipeline.annotated.settings;
    const said = JSON.stringify(
      volumes.map(each => [each.name, each.mountPoint, each.folder, each.snapshot])
    );
    const plan = useAnswer(
      signal =>
        api.ask(
          planSnapshot,
          { params: {}, query: {}, body: { path, content: textOf(pipeline) } },
          signal
        ),
      path,
      `${said} ${saved}`
    );
    const here = (name: string | null): LocalVolume | undefined =>
      plan.answer?.volumes.find(each => each.name === name);
    const add = (): void => {
      const { notebook } = pipeline.annotated;
      pipeline.apply(editsToAddVolume(notebook, newVolume(volumes)));
    };
    return (
      <div className="jp-chard-Volumes">
        <BeforeRun pipeline={pipeline} trans={trans} />
        <div className="jp-chard-Volume">
          <h3>{trans.__('The notebook’s folder')}</h3>
          <p className="jp-chard-hint jp-chard-Volume-place">
            {here(null)?.path ?? plan.problem ?? trans.__('Looking…')}
          </p>
        </div>
        {volumes.map((volume, index) => (
          <VolumeForm
            key={index}
            {...{ pipeline, volume, index, trans }}
            here={here(volume.name)}
          />
        ))}
        <Button look="flat" icon={plusIcon} onClick={add}>
          {trans.__('Add a volume')}
        </Button>
        <Measure {...{ api, path, trans }} isDirty={panel.context.model.dirty} />
        {plan.answer && (
          <IgnoreRules
            {...{ api, path, trans }}
            rules={plan.answer.ignore}
            onSaved={() => setSaved(count => count + 1)}
          />
        )}
      </div>
    );
  };
}

/** Whether a run takes a snapshot first, as far as the notebook says. */
function BeforeRun(props: {
  readonly pipeline: NotebookPipeline;
  readonly trans: TranslationBundle;
}) {
  const { pipeline, trans } = props;
  const id = useId();
  const said = pipeline.annotated.settings.snapshotVolumes;
  return (
    <Row label={trans.__('Before a run')} htmlFor={id}>
      <SelectField
        id={id}
        label={trans.__('Snapshot before a run')}
        value={said === null ? 'settings' : String(said)}
        options={[
          { value: 'settings', title: trans.__('As my settings say') },
          { value: 'true', title: trans.__('Take a snapshot') },
          { value: 'false', title: trans.__('Take none') }
        ]}
        onChange={value => {
          const { notebook } = pipeline.annotated;
          const flag = value === 'settings' ? null : value === 'true';
          pipeline.apply(editsToSetPipeline(notebook, 'snapshotVolumes', flag));
        }}
      />
    </Row>
  );
}

/** The notebook without its cells: what it says of volumes stands in its metadata. */
function textOf({ annotated: { notebook } }: NotebookPipeline): string {
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: notebook.metadata, cells: [] });
}
