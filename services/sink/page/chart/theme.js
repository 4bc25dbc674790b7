/** Colours of the canvas, from the style sheet's custom properties; read again when light and dark change. */
export class Theme {
  #styles = getComputedStyle(document.documentElement);

  /** @param {'accent' | 'accent-soft' | 'step' | 'step-soft' | 'grid' | 'muted'} name */
  colour(name) {
    return this.#styles.getPropertyValue(`--${name}`).trim();
  }

  /** @param {() => void} onChange */
  watch(onChange) {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
  }
}

export const AXIS_FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
