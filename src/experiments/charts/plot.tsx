import type { PointerEvent } from 'react';
import { textWidth } from '../../curves/shorten';
import type { Axis, Tick } from './axis';
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
      {axis.ticks.map(({ at, text }, index) => (
        <g key={index}>
          <line x1={box.left} x2={box.left + box.width} y1={yIn(box, at)} y2={yIn(box, at)} />
          <text x={box.left - 8} y={yIn(box, at)} textAnchor="end" dominantBaseline="central">
            {text}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Texts beside each other stay so far apart. */
const APART = 6;

type Anchor = 'start' | 'middle' | 'end';

function anchorAt(at: number): Anchor {
  return at < 0.02 ? 'start' : at > 0.98 ? 'end' : 'middle';
}

/** Where a text below a drawing is held; one that is wide does not stick out either. */
function heldAt({ at, text }: Tick, box: Box): { readonly x: number; readonly anchor: Anchor } {
  const anchor = anchorAt(at);
  const half = Math.min(textWidth(text), box.width) / 2;
  const x = xIn(box, at);
  if (anchor !== 'middle') return { x, anchor };
  return { x: Math.max(box.left + half, Math.min(box.left + box.width - half, x)), anchor };
}

/** Of texts on a line those that have room: the ones at both ends first, since they say how far it goes. */
export function fitting(ticks: readonly Tick[], box: Box): readonly Tick[] {
  const extent = (tick: Tick): readonly [number, number] => {
    const width = textWidth(tick.text);
    const { x, anchor } = heldAt(tick, box);
    const left = x - { start: 0, middle: width / 2, end: width }[anchor];
    return [left, left + width];
  };
  const kept = new Set<Tick>();
  for (const tick of [...ticks.slice(0, 1), ...ticks.slice(-1), ...ticks.slice(1, -1)]) {
    const [left, right] = extent(tick);
    const isFree = [...kept].every(other => {
      const [from, to] = extent(other);
      return right + APART <= from || to + APART <= left;
    });
    if (isFree) kept.add(tick);
  }
  return ticks.filter(tick => kept.has(tick));
}

/** What stands below a drawing; a text at an end does not stick out. */
export function Columns({ axis, box }: { readonly axis: Axis; readonly box: Box }) {
  return (
    <g className="jp-chard-Plot-columns">
      {fitting(axis.ticks, box).map(tick => {
        const { x, anchor } = heldAt(tick, box);
        return (
          <text key={tick.at} x={x} y={box.top + box.height + 16} textAnchor={anchor}>
            {tick.text}
          </text>
        );
      })}
    </g>
  );
}

/** Where in its drawing the pointer is. */
export function placeOf(event: PointerEvent<SVGElement>): Spot {
  const drawing = event.currentTarget.ownerSVGElement ?? event.currentTarget;
  const { left, top } = drawing.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}
