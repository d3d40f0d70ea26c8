const key = 'propylon-theme';

/**
 * Light or dark: what the system says, until somebody chooses.
 * @param {HTMLButtonElement} button @param {() => void} changed
 */
export function startTheme(button, changed) {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const isDark = () => (root.dataset['theme'] ?? (system.matches ? 'dark' : 'light')) === 'dark';
  const show = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Switch to the ${isDark() ? 'light' : 'dark'} theme`);
    changed();
  };
  const chosen = remembered();
  if (chosen === 'light' || chosen === 'dark') root.dataset['theme'] = chosen;
  button.addEventListener('click', () => {
    root.dataset['theme'] = isDark() ? 'light' : 'dark';
    remember(root.dataset['theme']);
    show();
  });
  system.addEventListener('change', show);
  show();
}

function remembered() {
  try {
    return localStorage.getItem(key);
  } catch {
    // Storage may be forbidden; then a choice lasts as long as the page.
    return null;
  }
}

/** @param {string} theme */
function remember(theme) {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // As above.
  }
}
