import { getDisplay, type DisplayItem } from '@chard/core/protocol/api';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { useLayoutEffect, useRef, useState } from 'react';
import { byteSize } from '@chard/core/text';
import { Nothing, Problem } from '../notice';
import type { RunServices } from '../services';
import { useAnswer, type Answered } from '../../useAnswer';

type Services = Pick<RunServices, 'api' | 'run' | 'rendermime' | 'trans'>;

/** A bundle by MIME type, as nbformat has it. */
export interface Bundle {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a step displayed: figures, tables, HTML, as a notebook shows them. */
export function Outputs(
  props: Services & { readonly listed: Answered<readonly DisplayItem[]>; readonly isOver: boolean }
) {
  const { listed, trans } = props;
  if (listed.answer === null) {
    return listed.problem === null ? (
      <Nothing>{trans.__('Reading the outputs…')}</Nothing>
    ) : (
      <Problem message={listed.problem} onAgain={listed.again} trans={trans} />
    );
  }
  if (listed.answer.length === 0) {
    return (
      <Nothing>
        {props.isOver ? trans.__('Nothing was displayed.') : trans.__('Nothing was displayed yet.')}
      </Nothing>
    );
  }
  return (
    <div className="jp-chard-Displays">
      {listed.answer.map(display => (
        <Output key={display.seq} {...props} display={display} />
      ))}
    </div>
  );
}

function Output(props: Services & { readonly display: DisplayItem }) {
  const { api, run, trans, display } = props;
  const { answer, problem, again } = useAnswer(
    signal =>
      api.ask(
        getDisplay,
        { params: { run: run.id, seq: display.seq }, query: {}, body: {} },
        signal
      ),
    `${run.id} ${display.seq}`
  );
  return (
    <figure className="jp-chard-Display">
      <figcaption className="jp-chard-hint">
        {[
          display.cell === null ? null : trans.__('Cell %1', display.cell + 1),
          byteSize(display.bytes)
        ]
          .filter(Boolean)
          .join(' · ')}
      </figcaption>
      {problem !== null && <Problem message={problem} onAgain={again} trans={trans} />}
      {answer && <Rendered {...props} bundle={answer} />}
    </figure>
  );
}

/**
 * A bundle as JupyterLab's own renderers show it. Nothing that a run made is trusted: HTML is sanitised and scripts do not run, as
 * in a notebook that somebody else has written.
 */
export function Rendered({
  rendermime,
  trans,
  bundle
}: Pick<RunServices, 'rendermime' | 'trans'> & { readonly bundle: Bundle }) {
  const host = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // Before React takes the host away: Lumino detaches what is still in the page.
  useLayoutEffect(() => {
    let widget: Widget | null = null;
    let isWanted = true;
    const show = async (): Promise<void> => {
      const data = staticView(bundle.data as ReadonlyPartialJSONObject);
      const isDrawing = rendermime.preferredMimeType(data, 'any') === SVG;
      const model = rendermime.createModel({
        data,
        metadata: bundle.metadata as ReadonlyPartialJSONObject,
        trusted: isDrawing
      });
      const mimeType = isDrawing ? SVG : rendermime.preferredMimeType(data, 'ensure');
      if (!mimeType) {
        throw new Error(trans.__('No renderer for %1', Object.keys(bundle.data).join(', ')));
      }
      const renderer = rendermime.createRenderer(mimeType);
      await renderer.renderModel(model);
      if (!isWanted || !host.current) return renderer.dispose();
      widget = renderer;
      Widget.attach(renderer, host.current);
    };
    setProblem(null);
    show().catch((error: Error) => isWanted && setProblem(error.message));
    return () => {
      isWanted = false;
      widget?.dispose();
    };
  }, [bundle]);
  return (
    <>
      {problem !== null && <p role="alert">{problem}</p>}
      <div ref={host} />
    </>
  );
}

/** JupyterLab draws it as an image, in which no script runs and nothing is fetched: it can be trusted. */
const SVG = 'image/svg+xml';

const WIDGET = 'application/vnd.jupyter.widget-view+json';

/** A widget lives in a kernel, and this one has ended: what else the bundle holds is shown of it. */
function staticView(data: ReadonlyPartialJSONObject): ReadonlyPartialJSONObject {
  const rest = Object.entries(data).filter(([mimeType]) => mimeType !== WIDGET);
  return rest.length > 0 ? Object.fromEntries(rest) : data;
}
