import type { PointerEvent } from 'react';
import type { Axis } from './axis';
import type { Spot } from './marks';

/** Where a drawing's numbers lie, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function xIn(box: Box, place: number): number {
  return box.left + place * box.width;
}

export function yIn(box: Box, place: number): number {
  return box.top + (1 - place) * box.height;
}

/** Horizontal lines with what they stand for, at the left. */
export function Rows({ axis, box }: { readonly axis: Axis; readonly box: Box }) {
  return (
    <g className="jp-chard-Plot-rows">
      {axis.ticks.map(({ at, text }) => (
        <g key={text}>
          <line x1={box.left} x2={box.left + box.width} y1={yIn(box, at)} y2={yIn(box, at)} />
          <text x={box.left - 8} y={yIn(box, at)} textAnchor="end" dominantBaseline="central">
            {text}
          </text>
        </g>
      ))}
    </g>
  );
}

/** What stands below a drawing; a text at an end does not stick out. */
export function Columns({ axis, box }: { readonly axis: Axis; readonly box: Box }) {
  return (
    <g className="jp-chard-Plot-columns">
      {axis.ticks.map(({ at, text }) => (
        <text
          key={text}
          x={xIn(box, at)}
          y={box.top + box.height + 16}
          textAnchor={at < 0.02 ? 'start' : at > 0.98 ? 'end' : 'middle'}
        >
          {text}
        </text>
      ))}
    </g>
  );
}

/** Where in its drawing the pointer is. */
export function placeOf(event: PointerEvent<SVGElement>): Spot {
  const drawing = event.currentTarget.ownerSVGElement ?? event.currentTarget;
  const { left, top } = drawing.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}
