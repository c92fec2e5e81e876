import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useId, useState } from 'react';
import { BodyDialog } from '../focus/bodyDialog';

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
  const dialog = new BodyDialog({
    title: trans.__('Restore run'),
    body: new Form({ folder, withResults: false }, trans),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Restore') })
    ],
    focusNodeSelector: '.jp-chard-Dialog input[type=text]'
  });
  const { button, value } = await dialog.launch();
  return button.accept ? value : null;
}

class Form extends ReactWidget implements Dialog.IBodyWidget<RestorePlace | null> {
  constructor(
    private place: RestorePlace,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-chard-Dialog');
  }

  getValue(): RestorePlace | null {
    const folder = this.place.folder.trim().replace(/^\/+|\/+$/g, '');
    return folder === '' ? null : { ...this.place, folder };
  }

  override render() {
    return (
      <Fields
        place={this.place}
        trans={this.trans}
        onChange={place => {
          this.place = place;
        }}
      />
    );
  }
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
