/** @import { ColourName } from '../types.d.ts' */

/** Colours of the canvas, from the style sheet's custom properties; read again when light and dark change. */
export class Palette {
  #styles = getComputedStyle(document.documentElement);
  /** @type {Map<string, string>} */
  #known = new Map();

  /**
   * @param {ColourName} name
   * @returns {string}
   */
  colour = (name) => {
    let text = this.#known.get(name);
    if (text === undefined) {
      text = this.#styles.getPropertyValue(`--${name}`).trim();
      this.#known.set(name, text);
    }
    return text;
  };

  forget() {
    this.#known.clear();
  }
}

/** What a kiosk shows is read from afar. Unit tests have no document. */
export const SIZE_FACTOR = globalThis.document?.documentElement.dataset['kiosk'] === undefined ? 1 : 1.75;
export const AXIS_FONT_PX = 12 * SIZE_FACTOR;

/**
 * @param {number} sizePx
 * @param {number} weight
 */
export function fontOf(sizePx, weight = 400) {
  return `${weight} ${sizePx}px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`;
}
