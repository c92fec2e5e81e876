import type { SnapshotItem } from '@chard/core/protocol/api';
import { printableName } from '@chard/core/snapshot';
import { Dialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useId, useState } from 'react';
import { askInForm } from '../../focus/formDialog';
import { folderIn } from '../../runs/freeFolder';
import { contentsOf, folderName } from '../words';

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
  const choice = await askInForm<RestoreChoice>({
    title: trans.__('Restore'),
    accept: Dialog.okButton({ label: trans.__('Restore') }),
    value: { folder: options.folder },
    form: onChange => <Fields {...options} onChange={onChange} />,
    first: 'input[type=text]',
    trans
  });
  if (choice === null || 'inPlace' in choice) return choice;
  const folder = folderIn(choice.folder);
  return folder === null ? null : { folder };
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
