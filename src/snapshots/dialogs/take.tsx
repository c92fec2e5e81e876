import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useId } from 'react';
import { askInForm } from '../../focus/formDialog';
import type { ChardApi } from '../../runs/api';
import { Measure } from '../../volumes/measure';

interface Options {
  readonly api: ChardApi;
  /** Of the notebook, below Jupyter's root. */
  readonly path: string;
  readonly isDirty: boolean;
  readonly title: string;
  readonly trans: TranslationBundle;
}

/** Shows how much a snapshot would take and asks for its name; null where none is to be taken. */
export async function askToTake(options: Options): Promise<{ title: string } | null> {
  const { trans } = options;
  const title = await askInForm({
    title: trans.__('Take a snapshot'),
    accept: Dialog.okButton({ label: trans.__('Take snapshot') }),
    value: options.title,
    form: onChange => <Fields {...options} onTitle={onChange} />,
    trans
  });
  return title === null ? null : { title: title.trim() };
}

function Fields(props: Options & { readonly onTitle: (title: string) => void }) {
  const { api, path, isDirty, trans } = props;
  const id = useId();
  return (
    <>
      <p>
        {trans.__(
          'Freezes the notebook’s folder, its volumes and its environment. It stays until you delete it.'
        )}
      </p>
      <Measure {...{ api, path, isDirty, trans }} startsItself />
      <label htmlFor={id}>{trans.__('Name, if you like')}</label>
      <input
        id={id}
        className="jp-chard-Input"
        type="text"
        maxLength={200}
        defaultValue={props.title}
        placeholder={trans.__('Before the new data')}
        onChange={event => props.onTitle(event.target.value)}
      />
    </>
  );
}
