import {
  checkVolume,
  editsToChangeVolume,
  editsToRemoveVolume,
  type VolumeSettings
} from '@chard/core/notebook';
import type { LocalVolume } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useId } from 'react';
import { Row, SelectField, TextField } from '../annotation/editor/fields';
import { IconButton } from '../controls/button';
import { closeSmallIcon } from '../icons';
import { infoIcon } from '../viewIcons';
import type { EditSession } from '../notebooks/edits';
import type { NotebookPipeline } from '../notebooks/notebookPipeline';

interface VolumeProps {
  readonly pipeline: NotebookPipeline;
  readonly volume: VolumeSettings;
  readonly index: number;
  /** Not there while it is looked for. */
  readonly here: LocalVolume | undefined;
  readonly trans: TranslationBundle;
}

/** One volume. What is typed is saved as it is typed; what a notebook would not keep is said at its field. */
export function VolumeForm(props: VolumeProps) {
  const { pipeline, volume, index, here, trans } = props;
  const change = (part: Partial<VolumeSettings>, session?: EditSession): string | null => {
    const { notebook, settings } = pipeline.annotated;
    const next = { ...volume, ...part };
    const problem = checkVolume(next, settings.volumes.toSpliced(index, 1)).find(
      ({ field }) => field in part
    );
    if (problem) return trans.__('It %1.', problem.message);
    pipeline.apply(editsToChangeVolume(notebook, index, next), session);
    return null;
  };
  const text = (
    field: 'name' | 'mountPoint' | 'folder' | 'size' | 'storageClassName',
    label: string,
    placeholder: string
  ) => (
    <TextRow
      {...{ label, placeholder }}
      value={volume[field] ?? ''}
      onChange={(value, session) => {
        const isEmpty = value.trim() === '' && field !== 'name' && field !== 'mountPoint';
        return change({ [field]: isEmpty ? null : value.trim() }, session);
      }}
    />
  );
  return (
    <fieldset className="jp-chard-Volume" data-volume={volume.name}>
      <legend>{volume.name}</legend>
      <IconButton
        icon={closeSmallIcon}
        className="jp-chard-Volume-remove"
        label={trans.__('Remove the volume %1', volume.name)}
        title={trans.__('Remove')}
        onClick={() => {
          pipeline.apply(editsToRemoveVolume(pipeline.annotated.notebook, index));
        }}
      />
      {text('name', trans.__('Name'), '')}
      {text('mountPoint', trans.__('Mount point'), '/data')}
      {text('folder', trans.__('On this machine'), volume.mountPoint)}
      <Place {...props} />
      <Check
        label={trans.__('In snapshots')}
        checked={volume.snapshot}
        onChange={snapshot => change({ snapshot })}
      />
      <Check
        label={trans.__('Read-only')}
        checked={volume.readOnly}
        onChange={readOnly => change({ readOnly })}
      />
      <p className="jp-chard-hint">{seenByRuns(volume, here?.leftOut ?? null, trans)}</p>
      <details>
        <summary>{trans.__('On a cluster')}</summary>
        <Choice
          label={trans.__('Type')}
          value={volume.type}
          options={[
            ['pvc', trans.__('an existing claim (pvc)')],
            ['new_pvc', trans.__('a new claim (new_pvc)')],
            ['clone', trans.__('a clone of a claim (clone)')],
            ['pv', trans.__('an existing volume (pv)')]
          ]}
          onChange={value => change({ type: value as VolumeSettings['type'] })}
        />
        {text('size', trans.__('Size'), '5Gi')}
        {text('storageClassName', trans.__('Class'), trans.__('the cluster’s own'))}
        <Choice
          label={trans.__('Access')}
          value={volume.accessMode ?? ''}
          options={['', 'ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'].map(
            mode => [mode, mode === '' ? trans.__('the notebook’s own') : mode]
          )}
          onChange={value => change({ accessMode: value === '' ? null : value })}
        />
        <p className="jp-chard-hint">{trans.__('Only a cluster knows these; kept as they are.')}</p>
      </details>
      {here === undefined && <span className="jp-chard-hint">{trans.__('Looking…')}</span>}
    </fieldset>
  );
}

/**
 * How the steps of a run on this machine find the volume.
 * @param leftOut why it is not part of snapshots though it is meant to be: that is said at its place
 */
function seenByRuns(
  { snapshot, readOnly }: VolumeSettings,
  leftOut: string | null,
  trans: VolumeProps['trans']
): string {
  if (snapshot && leftOut !== null) return readOnly ? trans.__('Runs cannot write to it.') : '';
  if (readOnly) {
    return snapshot
      ? trans.__('Runs see it as the snapshot has it, and cannot write to it.')
      : trans.__('Runs see it as it is, and cannot write to it.');
  }
  return snapshot
    ? trans.__(
        'Runs work on the snapshot of it: what they write is kept in the run, and the folder stays as it is. To have results in the folder, take it out of snapshots.'
      )
    : trans.__('Runs work in the folder itself: what they write is there at once.');
}

/** Where the volume is here, and why it is not part of snapshots. */
function Place({ here, volume, trans }: VolumeProps) {
  if (here === undefined) return null;
  const { path, leftOut } = here;
  return (
    <p className="jp-chard-hint jp-chard-Volume-place" role="status">
      {path}
      {leftOut !== null && volume.snapshot && (
        <span>
          <infoIcon.react tag="span" className="jp-chard-icon" />
          {trans.__('Not in snapshots: %1.', leftOut)}
        </span>
      )}
    </p>
  );
}

function TextRow(props: {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string, session: EditSession) => string | null;
}) {
  const id = useId();
  return (
    <Row label={props.label} htmlFor={id}>
      <TextField id={id} {...props} />
    </Row>
  );
}

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  const options = props.options.map(([value, title]) => ({ value, title }));
  return (
    <Row label={props.label} htmlFor={id}>
      <SelectField id={id} {...props} options={options} />
    </Row>
  );
}

function Check(props: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <Row label={props.label} htmlFor={id}>
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        onChange={event => props.onChange(event.target.checked)}
      />
    </Row>
  );
}
