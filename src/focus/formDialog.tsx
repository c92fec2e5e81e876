import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReactElement } from 'react';
import { BodyDialog } from './bodyDialog';
import '../views';

interface FormOptions<Value> {
  readonly title: string;
  /** The button that takes what the form says. */
  readonly accept: Dialog.IButton;
  /** What the form says before anything is changed in it. */
  readonly value: Value;
  /** Draws the form, which tells what it says from then on. */
  readonly form: (onChange: (value: Value) => void) => ReactElement;
  /** What has the keyboard first, as a CSS selector within the form. */
  readonly first?: string;
  readonly trans: TranslationBundle;
}

/** Asks in a dialog; null where it was left without an answer. */
export async function askInForm<Value>(options: FormOptions<Value>): Promise<Value | null> {
  const { title, accept, first = 'input', trans } = options;
  const dialog = new BodyDialog({
    title,
    body: new Form(options),
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), accept],
    focusNodeSelector: `.jp-chard-Dialog ${first}`
  });
  const { button, value } = await dialog.launch();
  return button.accept ? value : null;
}

class Form<Value> extends ReactWidget implements Dialog.IBodyWidget<Value> {
  private value: Value;

  constructor(private readonly options: FormOptions<Value>) {
    super();
    this.addClass('jp-chard-Dialog');
    this.value = options.value;
  }

  getValue(): Value {
    return this.value;
  }

  override render() {
    return this.options.form(value => {
      this.value = value;
    });
  }
}
