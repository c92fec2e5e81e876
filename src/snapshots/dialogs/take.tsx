import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useId } from 'react';
import { BodyDialog } from '../../focus/bodyDialog';
import type { ChardApi } from '../../runs/api';
import { Measure } from '../../volumes/measure';
import '../../views';

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
  const dialog = new BodyDialog({
    title: trans.__('Take a snapshot'),
    body: new Form(options),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Take snapshot') })
    ],
    focusNodeSelector: '.jp-chard-Dialog input'
  });
  const { button, value } = await dialog.launch();
  return button.accept && value !== null ? value : null;
}

class Form extends ReactWidget implements Dialog.IBodyWidget<{ title: string }> {
  private named: string;

  constructor(private readonly options: Options) {
    super();
    this.addClass('jp-chard-Dialog');
    this.named = options.title;
  }

  getValue(): { title: string } {
    return { title: this.named.trim() };
  }

  override render() {
    return (
      <Fields
        {...this.options}
        onTitle={title => {
          this.named = title;
        }}
      />
    );
  }
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
