import { byId } from './dom.js';

/**
 * The dialog that asks for credentials. `use` is given them, or undefined to be nobody again, and rejects with an Error for
 * people where they are not good.
 * @param {readonly string[]} fields
 * @param {(credentials: import('./credentials.js').Credentials | undefined) => Promise<void>} use
 */
export function startSignIn(fields, use) {
  const button = byId('sign-in', HTMLButtonElement);
  const dialog = byId('sign-in-dialog', HTMLDialogElement);
  const field = byId('credential-field', HTMLSelectElement);
  const input = byId('credential', HTMLInputElement);
  const trouble = byId('sign-in-trouble', HTMLElement);
  if (fields.length === 0) return;
  button.hidden = false;
  for (const name of fields)
    field.add(new Option(name === 'authorization' ? 'Authorization: Bearer' : name, name));
  const label = () => {
    byId('credential-label', HTMLElement).textContent = field.value === 'authorization' ? 'Token' : 'API key';
  };
  label();
  field.addEventListener('change', label);
  let isKnown = false;
  button.addEventListener('click', async () => {
    if (!isKnown) {
      dialog.showModal();
      input.focus();
      return;
    }
    await use(undefined);
    isKnown = false;
    button.textContent = 'Sign in';
  });
  byId('sign-in-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    input.value = '';
    trouble.textContent = '';
  });
  byId('sign-in-form', HTMLFormElement).addEventListener('submit', async (event) => {
    event.preventDefault();
    trouble.textContent = '';
    try {
      await use({ field: field.value, secret: input.value.trim() });
    } catch (error) {
      trouble.textContent = error instanceof Error ? error.message : String(error);
      input.select();
      return;
    }
    isKnown = true;
    button.textContent = 'Sign out';
    dialog.close();
  });
}
