import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { Button, IconButton } from '../../controls/button';
import { EditSession } from '../../notebooks/edits';
import { closeSmallIcon, plusIcon } from '../../icons';

/** A labelled row of the form. */
export function Row(props: { label: string; htmlFor?: string; children: ReactNode }) {
  return (
    <div className="jp-chard-Row">
      <label className="jp-chard-Row-label" htmlFor={props.htmlFor}>
        {props.label}
      </label>
      <div className="jp-chard-Row-content">{props.children}</div>
    </div>
  );
}

export interface TextFieldProps {
  readonly value: string;
  /** Takes what was typed: a text that says why it cannot be saved, else null. */
  readonly onChange: (value: string, session: EditSession) => string | null;
  readonly label: string;
  readonly id?: string;
  readonly placeholder?: string;
  readonly width?: number;
  readonly mono?: boolean;
  readonly list?: readonly string[];
  readonly inputMode?: 'decimal' | 'numeric';
  readonly autoFocus?: boolean;
  /** The id of what says why the saved text is wrong; where it is right, there is none. */
  readonly faultId?: string | undefined;
  /** The id of what says more of it, where something does. */
  readonly hintId?: string | undefined;
}

/**
 * A text that is saved as it is typed: all that is typed between coming and leaving is one step of undo. What cannot be
 * saved stays in the field with its reason until it is left.
 */
export function TextField(props: TextFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const session = useRef(new EditSession());
  const listId = useId();
  const problemId = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (props.autoFocus) input.current?.select();
  }, [props.autoFocus]);
  const change = (value: string): void => {
    setDraft(value);
    setProblem(props.onChange(value, session.current));
  };
  return (
    <span className="jp-chard-Field">
      <input
        ref={input}
        id={props.id}
        className={`jp-chard-Input${props.mono ? ' jp-chard-mod-mono' : ''}`}
        style={props.width ? { width: props.width } : undefined}
        type="text"
        spellCheck={false}
        autoComplete="off"
        inputMode={props.inputMode}
        aria-label={props.label}
        aria-invalid={problem !== null || props.faultId !== undefined}
        aria-describedby={problem === null ? (props.faultId ?? props.hintId) : problemId}
        placeholder={props.placeholder}
        list={props.list ? listId : undefined}
        value={draft ?? props.value}
        onFocus={() => (session.current = new EditSession())}
        onChange={event => change(event.target.value)}
        onBlur={() => {
          setDraft(null);
          setProblem(null);
        }}
      />
      {props.list && (
        <datalist id={listId}>
          {props.list.map(each => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
      {problem !== null && (
        <span id={problemId} role="alert" className="jp-chard-Field-problem">
          {problem}
        </span>
      )}
    </span>
  );
}

export function SelectField(props: {
  readonly label: string;
  readonly id?: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly title: string }[];
  readonly onChange: (value: string) => void;
}) {
  return (
    <select
      id={props.id}
      className="jp-chard-Select"
      aria-label={props.label}
      value={props.value}
      onChange={event => props.onChange(event.target.value)}
    >
      {props.options.map(({ value, title }) => (
        <option key={value} value={value}>
          {title}
        </option>
      ))}
    </select>
  );
}

export interface Column {
  readonly label: string;
  readonly width: number;
}

export interface ListFieldProps {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** Takes all rows: a text that says why they cannot be saved, else null. */
  readonly onChange: (rows: readonly (readonly string[])[], session: EditSession) => string | null;
  /** What one entry is, for its buttons. */
  readonly entry: string;
  readonly trans: TranslationBundle;
}

/** Entries of several texts each. A new entry is saved once it is whole; an emptied one goes when its field is left. */
export function ListField({ columns, rows, onChange, entry, trans }: ListFieldProps) {
  const [drafts, setDrafts] = useState<readonly (readonly string[])[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const session = useRef(new EditSession());
  const shown = drafts ?? rows;
  const isWhole = (row: readonly string[]): boolean => row.some(text => text !== '');
  const save = (next: readonly (readonly string[])[]): void => {
    setDrafts(next);
    setProblem(onChange(next.filter(isWhole), session.current));
  };
  return (
    <div
      className="jp-chard-List"
      onFocus={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) session.current = new EditSession();
      }}
      onBlur={event => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        setDrafts(null);
        setProblem(null);
      }}
    >
      {shown.map((row, at) => (
        <div className="jp-chard-List-row" key={at}>
          {columns.map(({ label, width }, column) => (
            <input
              key={label}
              className="jp-chard-Input jp-chard-mod-mono"
              style={{ width }}
              type="text"
              spellCheck={false}
              autoComplete="off"
              aria-label={`${entry} ${at + 1}: ${label}`}
              placeholder={label}
              value={row[column]}
              autoFocus={
                drafts !== null && at === shown.length - 1 && column === 0 && !isWhole(row)
              }
              onChange={event => save(shown.with(at, [...row].with(column, event.target.value)))}
            />
          ))}
          <IconButton
            icon={closeSmallIcon}
            label={trans.__('Remove %1 %2', entry, at + 1)}
            title={trans.__('Remove')}
            onClick={() => save(shown.toSpliced(at, 1))}
          />
        </div>
      ))}
      <Button
        look="flat"
        icon={plusIcon}
        aria-label={trans.__('Add %1', entry)}
        onClick={() => setDrafts([...shown, columns.map(() => '')])}
      >
        {trans.__('Add')}
      </Button>
      {problem !== null && (
        <span role="alert" className="jp-chard-Field-problem">
          {problem}
        </span>
      )}
    </div>
  );
}
