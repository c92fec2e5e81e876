import type { SnapshotItem } from '@chard/core/protocol/api';
import { printableName } from '@chard/core/snapshot';
import { Dialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useId, useState } from 'react';
import { BodyDialog } from '../../focus/bodyDialog';
import { contentsOf, folderName } from '../words';
import '../../views';

/** Into a folder below Jupyter's root, or back where the files were. */
export type RestoreChoice = { readonly folder: string } | { readonly inPlace: true };

interface Options {
  readonly item: SnapshotItem;
  /** Only this one of its folders; null for all. */
  readonly source: string | null;
  /** Only these files and folders; all where there are none. */
  readonly paths: readonly string[];
  /** The folder to begin with. */
  readonly folder: string;
  readonly trans: TranslationBundle;
}

const SHOWN_PATHS = 5;

/** A folder beside the notebook: `digits-snapshot-3f2a91`. */
export function folderNameOf({ id, notebook }: SnapshotItem): string {
  const stem =
    notebook === null ? 'restored' : notebook.slice(0, -PathExt.extname(notebook).length);
  return `${stem}-snapshot-${id.slice(0, 6)}`;
}

/** Asks where to; null where nothing is to be restored. */
export async function askWhereTo(options: Options): Promise<RestoreChoice | null> {
  const { trans } = options;
  const dialog = new BodyDialog({
    title: trans.__('Restore'),
    body: new Form(options),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Restore') })
    ],
    focusNodeSelector: '.jp-chard-Dialog input[type=text]'
  });
  const { button, value } = await dialog.launch();
  return button.accept ? value : null;
}

class Form extends ReactWidget implements Dialog.IBodyWidget<RestoreChoice | null> {
  private choice: RestoreChoice;

  constructor(private readonly options: Options) {
    super();
    this.addClass('jp-chard-Dialog');
    this.choice = { folder: options.folder };
  }

  getValue(): RestoreChoice | null {
    if ('inPlace' in this.choice) return this.choice;
    const folder = this.choice.folder.trim().replace(/^\/+|\/+$/g, '');
    return folder === '' ? null : { folder };
  }

  override render() {
    return (
      <Fields
        {...this.options}
        onChange={choice => {
          this.choice = choice;
        }}
      />
    );
  }
}

function Fields(props: Options & { readonly onChange: (choice: RestoreChoice) => void }) {
  const { item, source, paths, trans, onChange } = props;
  const [folder, setFolder] = useState(props.folder);
  const [isInPlace, setInPlace] = useState(false);
  const id = useId();
  const sources = item.sources.filter(({ name }) => source === null || name === source);
  const choose = (inPlace: boolean, name: string): void => {
    setInPlace(inPlace);
    setFolder(name);
    onChange(inPlace ? { inPlace: true } : { folder: name });
  };
  return (
    <>
      {paths.length === 0 ? (
        <p>{contentsOf({ sources }, trans)}</p>
      ) : (
        <ul className="jp-chard-Dialog-paths">
          {paths.slice(0, SHOWN_PATHS).map(path => (
            <li key={path}>{printableName(path)}</li>
          ))}
          {paths.length > SHOWN_PATHS && (
            <li>{trans._n('and %1 more', 'and %1 more', paths.length - SHOWN_PATHS)}</li>
          )}
        </ul>
      )}
      <label className="jp-chard-Check">
        <input type="radio" name={id} checked={!isInPlace} onChange={() => choose(false, folder)} />
        {trans.__('Into a new folder')}
      </label>
      <input
        className="jp-chard-Input"
        type="text"
        aria-label={trans.__('New folder')}
        spellCheck={false}
        value={folder}
        onChange={event => choose(false, event.target.value)}
      />
      <label className="jp-chard-Check">
        <input type="radio" name={id} checked={isInPlace} onChange={() => choose(true, folder)} />
        {trans.__(
          'Back where they were: %1',
          sources.map(each => folderName(each.folder, trans)).join(', ')
        )}
      </label>
      {isInPlace && (
        <p className="jp-chard-hint">
          {trans.__('Over the files that are there. You are asked once more.')}
        </p>
      )}
    </>
  );
}
