// Runs before the first paint, so it is no module: no flash of the other theme, nor of what a kiosk does not show.
(() => {
  let theme = new URLSearchParams(location.search).get('theme');
  try {
    theme ??= localStorage.getItem('theme');
  } catch {
    // Storage is switched off.
  }
  const isDark =
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  const { dataset } = document.documentElement;
  dataset['theme'] = isDark ? 'dark' : 'light';
  if (new URLSearchParams(location.search).has('kiosk')) dataset['kiosk'] = '';
})();
