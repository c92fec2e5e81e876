import { METRICS_STEP, type Pipeline, type Step } from '@chard/core/pipeline';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { useEffect, useRef } from 'react';
import { Button } from '../../../controls/button';
import { Nothing } from '../notice';
import type { RunServices } from '../services';

/** The step of a pipeline, the metrics cells' one too. */
export function stepOf(pipeline: Pipeline | null, name: string): Step | null {
  if (name === METRICS_STEP) return pipeline?.metricsStep ?? null;
  return pipeline?.steps.find(each => each.name === name) ?? null;
}

/** The code of a step's cells as it ran, whatever the notebook says now. */
export function Code(props: RunServices & { readonly name: string }) {
  const { run, name, trans, languages, actions } = props;
  const cells = stepOf(run.pipeline, name)?.code ?? [];
  if (cells.length === 0) return <Nothing>{trans.__('This step has no code.')}</Nothing>;
  return (
    <>
      {cells.map(({ cell, source }) => (
        <section key={cell} className="jp-chard-Code">
          <h3>
            <Button
              look="link"
              title={trans.__('Go to the cell in the notebook')}
              onClick={() => void actions.goToCell(run, cell, null)}
            >
              {trans.__('Cell %1', cell + 1)}
            </Button>
            <span className="jp-chard-hint">{trans.__('as it ran')}</span>
          </h3>
          <CodeLines source={source} languages={languages} />
        </section>
      ))}
    </>
  );
}

/** Python with numbered lines, in the colours of the editor. `failed` is a line to be marked, counted from 1. */
export function CodeLines(props: {
  readonly source: string;
  readonly languages: IEditorLanguageRegistry | null;
  readonly failed?: number | null;
}) {
  const { source, failed } = props;
  return (
    <pre className="jp-chard-CodeLines" tabIndex={0}>
      {source.split('\n').map((line, at) => (
        <span
          key={at}
          className={`jp-chard-CodeLine${failed === at + 1 ? ' jp-chard-mod-failed' : ''}`}
        >
          <span className="jp-chard-CodeLine-number" aria-hidden>
            {at + 1}
          </span>
          <Highlighted line={line} languages={props.languages} />
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

function Highlighted({
  line,
  languages
}: {
  line: string;
  languages: IEditorLanguageRegistry | null;
}) {
  const host = useRef<HTMLElement>(null);
  useEffect(() => {
    const node = host.current;
    const python = languages?.findByName('python') ?? null;
    if (!node || !languages || !python) return;
    const coloured = document.createElement('code');
    let isWanted = true;
    void languages.highlight(line, python, coloured).then(() => {
      if (isWanted) node.replaceChildren(...coloured.childNodes);
    });
    return () => {
      isWanted = false;
    };
  }, [line, languages]);
  return <code ref={host}>{line}</code>;
}
