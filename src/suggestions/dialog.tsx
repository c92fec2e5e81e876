import type { Suggestion } from '@chard/core/suggest';
import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, type LabIcon } from '@jupyterlab/ui-components';
import { useReducer } from 'react';
import { BodyDialog } from '../focus/bodyDialog';
import {
  functionsIcon,
  importsIcon,
  metricsIcon,
  parametersIcon,
  skipIcon,
  stepIcon
} from '../icons';
import '../views';

export interface SuggestedCell {
  readonly suggestion: Suggestion;
  /** The cell's first line of code. */
  readonly code: string;
}

const ICONS: Readonly<Record<Suggestion['kind'], LabIcon>> = {
  imports: importsIcon,
  functions: functionsIcon,
  parameters: parametersIcon,
  metrics: metricsIcon,
  skip: skipIcon,
  step: stepIcon
};

/** A preview of what the cells could be, to take whole, in part or not at all. */
export class SuggestionList extends ReactWidget implements Dialog.IBodyWidget<Suggestion[]> {
  private readonly chosen: Set<SuggestedCell>;

  constructor(
    private readonly cells: readonly SuggestedCell[],
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-chard-Suggestions');
    this.chosen = new Set(cells);
  }

  getValue(): Suggestion[] {
    return [...this.chosen].map(({ suggestion }) => suggestion);
  }

  override render() {
    return <List cells={this.cells} chosen={this.chosen} trans={this.trans} />;
  }
}

function List(props: {
  readonly cells: readonly SuggestedCell[];
  readonly chosen: Set<SuggestedCell>;
  readonly trans: TranslationBundle;
}) {
  const { cells, chosen, trans } = props;
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const set = (these: readonly SuggestedCell[], isChosen: boolean): void => {
    for (const each of these)
      if (isChosen) chosen.add(each);
      else chosen.delete(each);
    draw();
  };
  return (
    <>
      <label className="jp-chard-Suggestions-all">
        <input
          type="checkbox"
          checked={chosen.size === cells.length}
          ref={input => {
            if (input) input.indeterminate = chosen.size > 0 && chosen.size < cells.length;
          }}
          onChange={event => set(cells, event.target.checked)}
        />
        {trans.__('%1 of %2 cells', chosen.size, cells.length)}
      </label>
      <ul>
        {cells.map(each => {
          const { suggestion, code } = each;
          const Icon = ICONS[suggestion.kind];
          return (
            <li key={suggestion.cell}>
              <label>
                <input
                  type="checkbox"
                  checked={chosen.has(each)}
                  onChange={event => set([each], event.target.checked)}
                />
                <span className="jp-chard-Suggestions-cell">{suggestion.cell + 1}</span>
                <Icon.react tag="span" className="jp-chard-icon" />
                <span className="jp-chard-Suggestions-name">{titleOf(suggestion, trans)}</span>
                <code>{code}</code>
                <span className="jp-chard-hint">{reasonOf(suggestion, trans)}</span>
              </label>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function titleOf({ kind, name }: Suggestion, trans: TranslationBundle): string {
  const titles: Record<Suggestion['kind'], string> = {
    imports: trans.__('Imports'),
    functions: trans.__('Functions'),
    parameters: trans.__('Parameters'),
    metrics: trans.__('Metrics'),
    skip: trans.__('Skip'),
    step: name ?? trans.__('Step')
  };
  return titles[kind];
}

function reasonOf({ reason }: Suggestion, trans: TranslationBundle): string {
  const reasons: Record<Suggestion['reason'], string> = {
    'only-imports': trans.__('only imports'),
    'only-definitions': trans.__('only functions and classes'),
    'only-literals': trans.__('only names and plain values'),
    'reports-numbers': trans.__('prints numbers, at the end'),
    'only-looks': trans.__('only looks at things'),
    heading: trans.__('has a heading'),
    continues: trans.__('goes on with the step'),
    'new-names': trans.__('makes something new')
  };
  return reasons[reason];
}

/** Shows the preview; null where it was left without taking anything. */
export async function chooseSuggestions(
  cells: readonly SuggestedCell[],
  trans: TranslationBundle
): Promise<Suggestion[] | null> {
  const dialog = new BodyDialog({
    title: trans.__('Suggested steps'),
    body: new SuggestionList(cells, trans),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Take them') })
    ]
  });
  dialog.addClass('jp-chard-Suggestions-dialog');
  const { button, value } = await dialog.launch();
  return button.accept ? (value ?? []) : null;
}
