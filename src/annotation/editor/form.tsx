import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../../controls/button';
import { keepFocus } from '../../focus/keepFocus';
import type { NotebookPipeline } from '../../notebooks/notebookPipeline';
import { usePipeline } from '../../notebooks/usePipeline';
import { caretIcon } from '../../icons';
import type { CellEditor, EditorState } from './cellEditor';
import { Dependencies } from './dependencies';
import { Row } from './fields';
import { kindChoices, kindOfKey, KindPicker } from './kindPicker';
import { More, moreSummary } from './more';
import { Resources } from './resources';
import { StepName } from './stepName';
import '../../views';

export interface EditorFormProps {
  readonly editor: CellEditor;
  readonly pipeline: NotebookPipeline;
  readonly trans: TranslationBundle;
  /** Gives, once, what was typed before the form was there: the step's name. */
  readonly takeTyped: () => string;
  readonly onClose: () => void;
  /** Edits the step that begins in another cell. */
  readonly onEditStep: (step: string) => void;
}

/** The cell editor's content. Its truth is the notebook: it draws what that says after each edit. */
export function EditorForm(props: EditorFormProps) {
  const { editor, pipeline, trans, takeTyped, onClose, onEditStep } = props;
  usePipeline(pipeline);
  const isWalking = useRef(false);
  const node = useRef<HTMLDivElement>(null);
  useEffect(() => keepFocus(node.current!), []);
  const { state } = editor;
  const choices = kindChoices(trans);
  const onKeyDown = (event: KeyboardEvent): void => {
    const kind = kindOfKey(event.nativeEvent, choices);
    if (kind !== null) {
      isWalking.current = false;
      editor.setKind(kind);
    } else if (event.altKey && event.key === 'Enter') editor.acceptDerived();
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="jp-chard-Editor-form" ref={node} onKeyDown={onKeyDown}>
      <Row label={trans.__('Kind')}>
        <KindPicker
          choices={choices}
          value={state.kind}
          label={trans.__('Kind')}
          onChange={(kind, walks) => {
            isWalking.current = walks;
            editor.setKind(kind);
          }}
        />
      </Row>
      <KindFields
        {...{ editor, pipeline, state, trans, takeTyped, onEditStep }}
        keepsFocus={isWalking.current}
      />
      <div className="jp-chard-Editor-keys">
        <span>
          <kbd>Tab</kbd> {trans.__('next field')}
        </span>
        <span>
          <kbd>Esc</kbd> {trans.__('back to the cell')}
        </span>
        <span className="jp-chard-Editor-saved">
          {state.cells.length > 1
            ? trans.__('%1 cells, saved as you type', state.cells.length)
            : trans.__('Saved as you type')}
        </span>
      </div>
    </div>
  );
}

interface KindFieldsProps {
  readonly editor: CellEditor;
  readonly pipeline: NotebookPipeline;
  readonly state: EditorState;
  readonly trans: TranslationBundle;
  readonly takeTyped: () => string;
  readonly onEditStep: (step: string) => void;
  /** Whether the keyboard stays where it is when fields appear. */
  readonly keepsFocus: boolean;
}

/** The fields that the kind has. */
function KindFields(props: KindFieldsProps) {
  const { pipeline, state, trans, onEditStep } = props;
  switch (state.kind) {
    case 'step':
      return <StepFields {...props} />;
    case 'imports':
    case 'functions':
      return <Hint>{trans.__('Runs at the start of every step.')}</Hint>;
    case 'skip':
      return <Hint>{trans.__('Not in the pipeline: what it was is kept for later.')}</Hint>;
    case 'parameters':
    case 'metrics':
      return <Names kind={state.kind} pipeline={pipeline} trans={trans} />;
    case 'continue':
      return (
        <Hint>
          {trans.__('Belongs to “%1” above, as its next cell.', state.continues ?? '')}{' '}
          {pipeline.annotated.steps.some(({ name }) => name === state.continues) && (
            <Button look="link" onClick={() => onEditStep(state.continues!)}>
              {trans.__('Edit the step')}
            </Button>
          )}
        </Hint>
      );
    case null:
      return (
        <Hint>
          {state.cells.length > 1
            ? trans.__('These cells are of different kinds. Choose one for all of them.')
            : trans.__('This cell is in no step yet. Choose what it is.')}
        </Hint>
      );
  }
}

function Hint(props: { children: React.ReactNode }) {
  return (
    <Row label="">
      <span className="jp-chard-hint">{props.children}</span>
    </Row>
  );
}

/** The parameters with their values, or the metrics with what they report. */
function Names(props: {
  readonly kind: 'parameters' | 'metrics';
  readonly pipeline: NotebookPipeline;
  readonly trans: TranslationBundle;
}) {
  const { trans } = props;
  const found = props.pipeline.findings?.pipeline;
  const rows =
    props.kind === 'parameters'
      ? (found?.parameters ?? []).map(({ name, type, default: value }) => [
          name,
          `${type} ${JSON.stringify(value)}`
        ])
      : (found?.metrics ?? []).map(({ name, expression }) => [name, expression]);
  if (rows.length === 0) {
    return (
      <Hint>
        {props.kind === 'parameters'
          ? trans.__('Lines like “learning_rate = 0.01” become parameters.')
          : trans.__('Lines like “print("accuracy", accuracy)” become metrics.')}
      </Hint>
    );
  }
  return (
    <Row label={props.kind === 'parameters' ? trans.__('Parameters') : trans.__('Metrics')}>
      <dl className="jp-chard-Names">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Row>
  );
}

function StepFields({ editor, state, trans, takeTyped, keepsFocus }: KindFieldsProps) {
  const { step } = state;
  const nameId = useId();
  const moreId = useId();
  const summary = step ? moreSummary(step.settings, trans) : '';
  const [open, setOpen] = useState(summary !== '');
  if (!step) {
    return <Hint>{trans.__('These cells belong to different steps.')}</Hint>;
  }
  return (
    <>
      <Row label={trans.__('Step name')} htmlFor={nameId}>
        <StepName
          key={state.cells.join()}
          id={nameId}
          editor={editor}
          state={state}
          trans={trans}
          takeTyped={takeTyped}
          autoFocus={!keepsFocus}
        />
      </Row>
      <Row label={trans.__('Depends on')}>
        <Dependencies
          step={step}
          trans={trans}
          onAdd={name => editor.addDependency(name)}
          onRemove={name => editor.removeDependency(name)}
          onAcceptAll={() => editor.acceptDerived()}
        />
      </Row>
      <Row label={trans.__('Resources')}>
        <Resources editor={editor} step={step} trans={trans} />
      </Row>
      <div className="jp-chard-Row">
        <button
          type="button"
          className="jp-chard-More-toggle"
          aria-expanded={open}
          aria-controls={moreId}
          onClick={() => setOpen(!open)}
        >
          <caretIcon.react tag="span" className="jp-chard-icon" />
          {trans.__('More')}
        </button>
        {!open && (
          <span className="jp-chard-hint">
            {summary === ''
              ? trans.__('Image, reuse of results, time limit, retries, secrets, labels')
              : summary}
          </span>
        )}
      </div>
      <div id={moreId} className="jp-chard-More" hidden={!open}>
        {open && <More editor={editor} step={step} trans={trans} />}
      </div>
    </>
  );
}
