import { getDisplay, listDisplays, type DisplayItem } from '@chard/core/protocol/api';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { useEffect, useRef, useState } from 'react';
import type { ChardApi } from './api';

interface Props {
  readonly api: ChardApi;
  readonly run: string;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
}

/** What a step displayed: figures, tables, HTML, as a notebook shows them. */
export function Displays(
  props: Props & {
    readonly step: string;
    /** Another value asks again, for a run that goes on. */
    readonly attempt: string;
  }
) {
  const { api, run, step, trans } = props;
  const [displays, setDisplays] = useState<readonly DisplayItem[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let isWanted = true;
    api.ask(listDisplays, { params: { run }, query: { step }, body: {} }).then(
      found => isWanted && setDisplays(found.displays),
      (error: Error) => isWanted && setProblem(error.message)
    );
    return () => {
      isWanted = false;
    };
  }, [run, step, props.attempt]);
  if (problem !== null) {
    return (
      <p role="alert" className="jp-chard-Run-note">
        {problem}
      </p>
    );
  }
  if (displays?.length === 0) {
    return <p className="jp-chard-hint jp-chard-Run-note">{trans.__('Nothing was displayed.')}</p>;
  }
  return (
    <div className="jp-chard-Displays">
      {displays?.map(display => (
        <Display key={display.seq} {...props} display={display} />
      ))}
    </div>
  );
}

function Display({ api, run, rendermime, trans, display }: Props & { display: DisplayItem }) {
  const host = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let widget: Widget | null = null;
    let isWanted = true;
    const show = async (): Promise<void> => {
      const params = { run, seq: display.seq };
      const { data, metadata } = await api.ask(getDisplay, { params, query: {}, body: {} });
      // Nothing that a run displayed is trusted: scripts in it do not run.
      const model = rendermime.createModel({
        data: data as ReadonlyPartialJSONObject,
        metadata: metadata as ReadonlyPartialJSONObject,
        trusted: false
      });
      const mimeType = rendermime.preferredMimeType(model.data, 'ensure');
      if (!mimeType) throw new Error(trans.__('No renderer for %1', Object.keys(data).join(', ')));
      const renderer = rendermime.createRenderer(mimeType);
      await renderer.renderModel(model);
      if (!isWanted || !host.current) return renderer.dispose();
      widget = renderer;
      Widget.attach(renderer, host.current);
    };
    show().catch((error: Error) => isWanted && setProblem(error.message));
    return () => {
      isWanted = false;
      widget?.dispose();
    };
  }, [run, display.seq]);
  return (
    <figure className="jp-chard-Display">
      {display.cell !== null && (
        <figcaption className="jp-chard-hint">{trans.__('Cell %1', display.cell + 1)}</figcaption>
      )}
      {problem !== null && <p role="alert">{problem}</p>}
      <div ref={host} />
    </figure>
  );
}
