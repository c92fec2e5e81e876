import { writeIgnore } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useId, useState } from 'react';
import { Button } from '../controls/button';
import type { ChardApi } from '../runs/api';

/** What snapshots leave out: the person's rules, to be edited, and those that always hold. */
export function IgnoreRules(props: {
  readonly api: ChardApi;
  readonly path: string;
  readonly rules: { readonly text: string; readonly defaults: readonly string[] };
  readonly onSaved: () => void;
  readonly trans: TranslationBundle;
}) {
  const { api, path, rules, onSaved, trans } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  useEffect(() => setDraft(null), [path, rules.text]);
  const isChanged = draft !== null && draft !== rules.text;
  const save = async (): Promise<void> => {
    try {
      await api.ask(writeIgnore, { params: {}, query: {}, body: { path, text: draft ?? '' } });
      setProblem(null);
      onSaved();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <details className="jp-chard-Ignore">
      <summary>{trans.__('What is left out')}</summary>
      <label htmlFor={id}>
        {trans.__('One rule a line, as in a .gitignore; kept in .chardignore beside the notebook')}
      </label>
      <textarea
        id={id}
        className="jp-chard-Input jp-chard-mod-mono"
        rows={4}
        spellCheck={false}
        placeholder={'raw/\n*.tmp'}
        value={draft ?? rules.text}
        onChange={event => setDraft(event.target.value)}
      />
      <div className="jp-chard-Measure-actions">
        <Button look="bordered" disabled={!isChanged} onClick={() => void save()}>
          {trans.__('Save rules')}
        </Button>
      </div>
      {problem !== null && (
        <p role="alert" className="jp-chard-Failure">
          {problem}
        </p>
      )}
      <details>
        <summary>{trans.__('Always left out')}</summary>
        <p className="jp-chard-hint">{trans.__('A line such as %1 takes one back.', '!.cache/')}</p>
        <pre>{rules.defaults.join('\n')}</pre>
      </details>
    </details>
  );
}
