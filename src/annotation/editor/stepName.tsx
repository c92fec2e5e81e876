import type { TranslationBundle } from '@jupyterlab/translation';
import { useId, useLayoutEffect, useRef, useState } from 'react';
import { EditSession } from '../../notebooks/edits';
import type { CellEditor, EditorState, RenameScope } from './cellEditor';

/**
 * The step's name. A name that no step has renames as it is typed; that of another step joins the cells to it, and so
 * waits for Enter or for leaving the field.
 */
export function StepName(props: {
  readonly editor: CellEditor;
  readonly state: EditorState;
  readonly trans: TranslationBundle;
  readonly id: string;
  readonly takeTyped: () => string;
  readonly autoFocus: boolean;
}) {
  const { editor, state, trans } = props;
  const { step } = state;
  const [draft, setDraft] = useState<string | null>(null);
  const [scope, setScope] = useState<RenameScope>('step');
  const session = useRef(new EditSession());
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const hintId = useId();
  // Before the next key, which is the field's.
  useLayoutEffect(() => {
    const typed = props.takeTyped();
    if (typed !== '' && step) type(typed, false);
    // Chromium gives the keyboard to what is selected.
    else if (props.autoFocus) input.current?.select();
  }, []);
  if (!step) return null;
  const shown = draft ?? step.name;
  const effect = editor.effectOf(shown.trim(), scope);
  const commit = (text: string): void => editor.setName(text.trim(), scope, session.current);
  const settle = (): void => {
    if (draft !== null) commit(draft);
    setDraft(null);
  };
  const type = (text: string, chosen: boolean): void => {
    setDraft(text);
    const next = editor.effectOf(text.trim(), scope);
    if (next === 'rename' || next === 'split' || (chosen && next === 'join')) commit(text);
  };
  return (
    <>
      <input
        ref={input}
        id={props.id}
        className="jp-chard-Input jp-chard-mod-name"
        type="text"
        spellCheck={false}
        autoComplete="off"
        autoFocus={props.autoFocus}
        list={listId}
        aria-invalid={effect === 'invalid'}
        aria-describedby={hintId}
        value={shown}
        onFocus={() => (session.current = new EditSession())}
        onChange={event =>
          type(
            event.target.value,
            (event.nativeEvent as InputEvent).inputType === 'insertReplacementText'
          )
        }
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.altKey) settle();
        }}
        onBlur={settle}
      />
      <datalist id={listId}>
        {state.stepNames
          .filter(name => name !== step.name)
          .map(name => (
            <option key={name} value={name} />
          ))}
      </datalist>
      <span
        id={hintId}
        className={effect === 'invalid' ? 'jp-chard-Field-problem' : 'jp-chard-hint'}
        aria-live="polite"
      >
        {hint()}
      </span>
      {step.taggedCells > state.cells.length && (
        <label className="jp-chard-Check">
          <input
            type="checkbox"
            checked={scope === 'cells'}
            onChange={event => setScope(event.target.checked ? 'cells' : 'step')}
          />
          {trans._n('Only this cell', 'Only these %1 cells', state.cells.length)}
        </label>
      )}
    </>
  );

  function hint(): string {
    switch (effect) {
      case 'invalid':
        return trans.__('Letters, digits, spaces, “-” and “_”.');
      case 'join':
        return trans.__('Enter joins this cell to the step “%1”.', shown.trim());
      case 'split':
        return trans.__('Takes this cell out of its step.');
      default:
        return step!.taggedCells > 1 || step!.dependents > 0
          ? trans.__(
              'Renames it in %1 and %2.',
              trans._n('%1 cell', '%1 cells', step!.taggedCells),
              trans._n('%1 step that comes after', '%1 steps that come after', step!.dependents)
            )
          : trans.__('The name of another step joins this cell to it.');
    }
  }
}
