// Pieces that several views are made of.
import { ApiError, problemOf } from '../../js/api.js';
import { copyText } from '../../js/copy.js';
import { el, setText } from '../../js/dom.js';
import { digits, has, t } from '../../js/i18n.js';
import { now } from '../../js/server-clock.js';
import { asciiDigits, line } from '../../js/typed-text.js';

// What a view started and must end when another takes its place.
const endings = [];
export const onLeave = end => endings.push(end);
export function leave() { endings.splice(0).forEach(end => end()); }

export const word = (kind, code) => has(`${kind}.${code}`) ? t(`${kind}.${code}`) : code;

export const badge = (kind, code) => el('span', { class: 'badge', 'data-code': code }, word(kind, code));

export const button = (key, onclick, { quiet = true, danger = false, ...more } = {}) =>
  el('button', { type: 'button', class: `button${quiet ? ' quiet' : ''}${danger ? ' danger' : ''}`, onclick, ...more }, t(key));

// An id with a button that copies it. The button says afterwards that it has.
export function copyable(text, label) {
  const copy = el('button', { type: 'button', class: 'link copy', 'aria-label': `${t('copy')}: ${label}` }, t('copy'));
  copy.addEventListener('click', async () => {
    copied(copy, await copyText(text, copy));
  });
  return el('span', { class: 'copyable' }, el('code', {}, text), ' ', copy);
}

function copied(node, done) {
  setText(node, t(done ? 'copied' : 'copy.failed'));
  say(t(done ? 'copied' : 'copy.failed'));
  setTimeout(() => setText(node, t('copy')), 2000);
}

// Read out, not shown.
export function say(text) { setText(document.getElementById('said'), text); }

export const facts = (...pairs) => el('dl', {}, ...pairs.filter(Boolean).map(([name, ...value]) =>
  el('div', {}, el('dt', {}, t(name)), el('dd', {}, ...value))));

export const loading = () => el('p', { class: 'loading', role: 'status' }, t('loading'));

// What went wrong with reading, and a way to try again.
export const failed = (error, again) => el('div', { class: 'notice stop', role: 'alert' },
  el('p', {}, el('strong', {}, t('failed'))), el('p', {}, whyNot(error)), button('again', again));

// A list that comes page by page: "show more" reads the next page and goes to the first of what it brought.
export function paged(rows, first, read, draw) {
  const more = el('p', { class: 'more' });
  const add = ({ data, nextCursor }) => {
    rows.append(...data.map(draw));
    more.replaceChildren(nextCursor === null ? '' : button('orders.more', async ({ currentTarget: asked }) => {
      if (asked.getAttribute('aria-disabled') === 'true') return;
      asked.setAttribute('aria-disabled', 'true');
      asked.nextElementSibling?.remove();
      const last = rows.lastElementChild;
      try {
        add(await read(nextCursor));
        last.nextElementSibling?.querySelector('a, button')?.focus();
      } catch (error) {
        more.append(el('span', { role: 'alert' }, ` ${whyNot(error)}`));
        asked.removeAttribute('aria-disabled');
      }
    }));
  };
  add(first);
  return more;
}

// A refusal in the desk's words; what they do not cover, by its code. A form may refuse by itself, with `errors` and no request.
export function whyNot(thrown) {
  const error = thrown instanceof ApiError || thrown.errors ? thrown : problemOf(thrown);
  if (error.kind === 'fault') return t('e.fault', { what: error.code });
  if (error.code === 'rate_limited') return t('e.rate_limited', { minutes: digits(Math.max(1, Math.ceil((error.retryAfter ?? 60) / 60))) });
  if (error.errors) return Object.values(error.errors).flat().join(' ');
  return has(`e.${error.code}`) ? t(`e.${error.code}`) : t(error.kind === 'unknown' ? 'e.unknown' : 'e.refused', { code: error.code });
}

// "2 hours": one unit is enough to know whether to worry.
export function age(seconds) {
  const [unit, size] = [['days', 86_400], ['hours', 3600], ['minutes', 60], ['seconds', 1]].find(([, length]) => seconds >= length) ?? ['seconds', 1];
  const count = Math.floor(seconds / size);
  return t(count === 1 ? `age.${unit}.one` : `age.${unit}`, { count: digits(count) });
}

export const ageOf = iso => age(Math.max(0, (now() - Date.parse(iso)) / 1000));

// "1,500.50" as people write it, in either script, as paisa; null when it is no amount. By text, never by fractions.
export function paisaOf(text) {
  const plain = asciiDigits(line(text)).replace(/^\s*(rs\.?|npr|रु\.?|रू\.?)\s*/i, '').replace(/[,\s]/g, '');
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(plain);
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : null;
}

// In a field an amount stands without currency, as it would be typed.
export const typed = paisa => `${Math.floor(paisa / 100)}${paisa % 100 === 0 ? '' : `.${String(paisa % 100).padStart(2, '0')}`}`;

// One question in a window of its own. The answer of `onsubmit` closes it; what it throws keeps it open and is shown.
export function ask({ title, parts = [], yes, danger = false, onsubmit, onclose }) {
  const trouble = el('p', { class: 'notice stop', role: 'alert', tabindex: '-1', hidden: true });
  const send = el('button', { type: 'submit', class: `button${danger ? ' danger' : ''}` }, yes);
  const no = el('button', { type: 'button', class: 'button quiet' }, t('no'));
  const form = el('form', { method: 'dialog', novalidate: true }, ...parts, trouble, el('div', { class: 'choices' }, send, no));
  const heading = el('h2', { id: 'ask-title', tabindex: '-1' }, title);
  const dialog = el('dialog', { 'aria-labelledby': 'ask-title' }, heading, form);
  let busy = false;
  const close = () => dialog.close();
  no.addEventListener('click', close);
  dialog.addEventListener('cancel', event => { if (busy) event.preventDefault(); });
  dialog.addEventListener('close', () => { dialog.remove(); onclose?.(); });
  const wait = state => {
    busy = state;
    for (const one of [send, no]) one.setAttribute('aria-disabled', String(state));
    dialog.toggleAttribute('data-busy', state);
  };
  const tell = text => {
    setText(trouble, text);
    trouble.hidden = text === '';
    if (text !== '') trouble.focus();
  };
  form.addEventListener('submit', async event => {
    event.preventDefault();
    if (busy) return; // a second click
    wait(true);
    tell('');
    try {
      await onsubmit({ close, tell, dialog });
    } catch (error) {
      tell(whyNot(error));
    } finally {
      wait(false);
    }
  });
  document.body.append(dialog);
  onLeave(() => { if (dialog.open) dialog.close(); });
  dialog.showModal();
  (form.querySelector('input:not([type=radio]):not([hidden]), textarea, [autofocus]') ?? heading).focus();
  return { dialog, form, send, no, heading, close, tell };
}

export function field(label, input, { hint = null } = {}) {
  const id = input.id;
  if (hint) input.setAttribute('aria-describedby', `${id}-hint`);
  return el('div', { class: 'field' }, el('label', { for: id }, label), input, hint ? el('p', { id: `${id}-hint`, class: 'hint' }, hint) : null);
}
