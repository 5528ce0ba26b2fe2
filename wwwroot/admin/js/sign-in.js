// Signing in with a key. The key goes to the server once and is kept nowhere here: the answer is a cookie out of reach.
import { el } from '../../js/dom.js';
import { digits, t } from '../../js/i18n.js';
import { line } from '../../js/typed-text.js';
import { signIn } from './admin-api.js';
import { session } from './session.js';
import { whyNot } from './parts.js';

export function showSignIn({ place, signedIn }) {
  const key = el('input', {
    id: 'key', type: 'password', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', maxlength: '500', required: true,
    'aria-describedby': 'key-hint sign-in-error',
  });
  const trouble = el('p', { id: 'sign-in-error', class: 'notice stop', role: 'alert', hidden: true });
  const send = el('button', { type: 'submit', class: 'button main' }, t('in'));
  let busy = false;

  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    const given = line(key.value);
    if (given === '') return tell(t('in.empty'));
    busy = true;
    send.setAttribute('aria-disabled', 'true');
    try {
      session.begin(await signIn(given));
      signedIn();
    } catch (error) {
      tell(error.status === 401 ? t('in.wrong')
        : error.reason === 'wrong_keys' ? t('in.wait', { minutes: digits(Math.max(1, Math.ceil((error.retryAfter ?? 60) / 60))) })
          : whyNot(error));
    } finally {
      busy = false;
      send.removeAttribute('aria-disabled');
    }
  }

  function tell(text) {
    trouble.textContent = text;
    trouble.hidden = false;
    key.setAttribute('aria-invalid', 'true');
    key.focus();
    key.select();
  }

  place.className = 'sign-in';
  place.append(
    el('h1', {}, t('in.heading')),
    el('form', { onsubmit: submit, novalidate: true },
      el('label', { for: 'key' }, t('in.key')), key, el('p', { id: 'key-hint', class: 'hint' }, t('in.hint')), trouble, send));
}
