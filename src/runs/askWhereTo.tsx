import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useId, useState } from 'react';
import { askInForm } from '../focus/formDialog';
import { folderIn } from './freeFolder';

/** Where what a run saw is put. */
export interface RestorePlace {
  /** Below Jupyter's root. */
  readonly folder: string;
  /** Also what the run's steps have written. */
  readonly withResults: boolean;
}

/** Asks where a run is restored to; null where nothing is to be restored. @param folder to begin with */
export async function askWhereTo(
  folder: string,
  trans: TranslationBundle
): Promise<RestorePlace | null> {
  const first: RestorePlace = { folder, withResults: false };
  const place = await askInForm({
    title: trans.__('Restore run'),
    accept: Dialog.okButton({ label: trans.__('Restore') }),
    value: first,
    form: onChange => <Fields place={first} trans={trans} onChange={onChange} />,
    first: 'input[type=text]',
    trans
  });
  if (place === null) return null;
  const named = folderIn(place.folder);
  return named === null ? null : { ...place, folder: named };
}

function Fields(props: {
  readonly place: RestorePlace;
  readonly trans: TranslationBundle;
  readonly onChange: (place: RestorePlace) => void;
}) {
  const { trans, onChange } = props;
  const [place, setPlace] = useState(props.place);
  const id = useId();
  const change = (part: Partial<RestorePlace>): void => {
    const next = { ...place, ...part };
    setPlace(next);
    onChange(next);
  };
  return (
    <>
      <label htmlFor={id}>
        {trans.__('Put the notebook and its data, as the run saw them, into this new folder')}
      </label>
      <input
        id={id}
        className="jp-chard-Input"
        type="text"
        spellCheck={false}
        value={place.folder}
        onChange={event => change({ folder: event.target.value })}
      />
      <label className="jp-chard-Check">
        <input
          type="checkbox"
          checked={place.withResults}
          onChange={event => change({ withResults: event.target.checked })}
        />
        {trans.__('With what its steps wrote to the folder and to volumes')}
      </label>
    </>
  );
}
