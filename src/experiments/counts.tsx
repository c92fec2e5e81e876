import type { TrialCounts } from '@chard/core/experiment';
import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { useEffect, useId, useRef, useState } from 'react';
import { BodyDialog } from '../focus/bodyDialog';
import { countFaults, type CountField, type CountTexts } from './countFaults';
import '../views';

interface Options {
  readonly title: string;
  readonly counts: TrialCounts;
  /** Trials that are done. */
  readonly done: number;
  readonly trans: TranslationBundle;
}

/** Asks for other counts of an experiment; null where it was left without them. */
export async function askForCounts(options: Options): Promise<TrialCounts | null> {
  const { trans } = options;
  const dialog = new BodyDialog({
    title: options.title,
    body: new CountForm(options),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Apply') })
    ],
    focusNodeSelector: '.jp-chard-Counts-form input'
  });
  const { button, value } = await dialog.launch();
  return button.accept ? value : null;
}

class CountForm extends ReactWidget implements Dialog.IBodyWidget<TrialCounts | null> {
  private texts: CountTexts;

  constructor(private readonly options: Options) {
    super();
    this.addClass('jp-chard-Counts-form');
    const { maxTrialCount, parallelTrialCount, maxFailedTrialCount } = options.counts;
    this.texts = {
      maxTrialCount: String(maxTrialCount),
      parallelTrialCount: String(parallelTrialCount),
      maxFailedTrialCount: String(maxFailedTrialCount)
    };
  }

  getValue(): TrialCounts | null {
    const { done, trans } = this.options;
    if (Object.keys(countFaults(this.texts, done, trans)).length > 0) return null;
    return {
      maxTrialCount: Number(this.texts.maxTrialCount),
      parallelTrialCount: Number(this.texts.parallelTrialCount),
      maxFailedTrialCount: Number(this.texts.maxFailedTrialCount)
    };
  }

  override render() {
    return <Form {...this.options} texts={this.texts} onChange={texts => (this.texts = texts)} />;
  }
}

function Form(
  props: Options & { readonly texts: CountTexts; readonly onChange: (texts: CountTexts) => void }
) {
  const { done, trans } = props;
  const [texts, setTexts] = useState(props.texts);
  const id = useId();
  const node = useRef<HTMLDivElement>(null);
  useEffect(() => {
    props.onChange(texts);
    // The dialog has looked for wrong fields before this one was drawn: it looks again.
    node.current?.dispatchEvent(new Event('input', { bubbles: true }));
  }, [texts]);
  const faults = countFaults(texts, done, trans);
  const fields: readonly [CountField, string][] = [
    ['maxTrialCount', trans.__('Trials in all')],
    ['parallelTrialCount', trans.__('At a time')],
    ['maxFailedTrialCount', trans.__('Failures allowed')]
  ];
  return (
    <div ref={node} className="jp-chard-Parameters-fields">
      {fields.map(([field, label]) => {
        const fault = faults[field];
        return (
          <div key={field} className="jp-chard-Parameters-row">
            <label htmlFor={`${id}-${field}`}>{label}</label>
            <div className="jp-chard-Parameters-value">
              <input
                id={`${id}-${field}`}
                className={`jp-chard-Input${fault === undefined ? '' : ' jp-mod-error'}`}
                type="text"
                inputMode="numeric"
                autoComplete="off"
                aria-invalid={fault !== undefined}
                aria-describedby={fault === undefined ? undefined : `${id}-${field}-fault`}
                value={texts[field]}
                onChange={event => setTexts({ ...texts, [field]: event.target.value })}
              />
              {fault !== undefined && (
                <span
                  id={`${id}-${field}-fault`}
                  role="alert"
                  className="jp-chard-CountField-problem"
                >
                  {fault}
                </span>
              )}
            </div>
          </div>
        );
      })}
      <p className="jp-chard-hint">{trans._n('%1 trial is done.', '%1 trials are done.', done)}</p>
    </div>
  );
}
