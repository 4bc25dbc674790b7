/** @import { Theme } from '../types.d.ts' */

const KEY = 'theme';
const NEXT = /** @type {const} */ ({ system: 'light', light: 'dark', dark: 'system' });

/**
 * Light, dark, or what the system says. theme-boot.js has set the first one before anything was drawn.
 * @param {HTMLElement} button
 * @param {(theme: Theme) => void} onTheme
 */
export function createThemeSwitch(button, onTheme) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  /** @type {Theme} */
  let theme = 'system';

  function apply() {
    const shown = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    document.documentElement.dataset['theme'] = shown;
    button.textContent = `Theme: ${theme === 'system' ? 'auto' : theme}`;
    button.title = `Theme: ${theme}. Change to ${NEXT[theme]}`;
  }

  dark.addEventListener('change', apply);
  button.addEventListener('click', () => {
    remember(NEXT[theme]);
    onTheme(NEXT[theme]);
  });
  return {
    /** @param {Theme} chosen */
    show(chosen) {
      theme = chosen;
      apply();
    },
  };
}

/**
 * What this browser chose last; an address that names a theme says otherwise.
 * @returns {Theme}
 */
export function rememberedTheme() {
  try {
    const text = localStorage.getItem(KEY);
    return text === 'light' || text === 'dark' ? text : 'system';
  } catch {
    return 'system'; // Storage is switched off.
  }
}

/** @param {Theme} theme */
function remember(theme) {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is switched off: the choice is in the address all the same.
  }
}
