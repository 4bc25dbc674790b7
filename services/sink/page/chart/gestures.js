import { panned, zoomed } from '../view/time-range.js';

/** @import { TimeRange } from '../types.d.ts' */

/** One notch of a wheel (about 100 px) makes the time shown a fifth longer or shorter. */
const ZOOM_PER_PX = Math.log(1.2) / 100;
const LINE_PX = 16;

/**
 * Wheel and pinch zoom; a sideways wheel, a finger, Shift with the mouse, or dragging the time axis pan; a double
 * click resets.
 * @param {import('uplot')} plot
 * @param {{ range: () => TimeRange, zoomAtMs: (pointedMs: number) => number, onMove: (range: TimeRange) => void, onReset: () => void }} o
 *   `zoomAtMs`: the time that stays where it is
 */
export function listenToGestures(plot, { range, zoomAtMs, onMove, onReset }) {
  /** @type {Map<number, number>} Pointers that are down, and where, in CSS pixels from the plot's left. */
  const pointers = new Map();

  const widthPx = () => plot.over.clientWidth || 1;
  /** @param {{ clientX: number }} event */
  const placeOf = (event) => event.clientX - plot.over.getBoundingClientRect().left;
  /** @param {number} px */
  const timeAt = (px) => {
    const { fromMs, toMs } = range();
    return fromMs + ((toMs - fromMs) * px) / widthPx();
  };

  /** @param {number} px */
  function pan(px) {
    const { fromMs, toMs } = range();
    onMove(panned(range(), (-px * (toMs - fromMs)) / widthPx()));
  }

  /** @param {WheelEvent} event */
  function wheel(event) {
    event.preventDefault();
    const unitPx = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      if (sideways !== 0) pan(-sideways * unitPx);
      return;
    }
    // Pinching on a touch pad comes as a wheel with Ctrl, in smaller steps.
    const strength = event.ctrlKey ? 6 : 1;
    const factor = Math.exp(event.deltaY * unitPx * strength * ZOOM_PER_PX);
    onMove(zoomed(range(), factor, zoomAtMs(timeAt(placeOf(event)))));
  }

  /** @param {PointerEvent} event */
  function down(event) {
    const isOnAxis = event.clientY > plot.over.getBoundingClientRect().bottom;
    const isPan = event.pointerType === 'touch' || event.shiftKey || isOnAxis || event.button === 1;
    if (!isPan || pointers.size === 2) return;
    plot.root.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, placeOf(event));
  }

  /** @param {PointerEvent} event */
  function move(event) {
    const beforePx = pointers.get(event.pointerId);
    if (beforePx === undefined) return;
    const nowPx = placeOf(event);
    const otherPx = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, nowPx);
    if (otherPx === undefined) return pan(nowPx - beforePx);
    const apartPx = Math.max(10, Math.abs(nowPx - otherPx));
    const factor = Math.max(10, Math.abs(beforePx - otherPx)) / apartPx;
    onMove(zoomed(range(), factor, zoomAtMs(timeAt((nowPx + otherPx) / 2))));
  }

  /** @param {PointerEvent} event */
  const up = (event) => void pointers.delete(event.pointerId);

  plot.over.addEventListener('wheel', wheel, { passive: false });
  plot.over.addEventListener('dblclick', onReset);
  plot.root.addEventListener('pointerdown', down);
  plot.root.addEventListener('pointermove', move);
  plot.root.addEventListener('pointerup', up);
  plot.root.addEventListener('pointercancel', up);
}
