// Keys: who has one, what it may do, when it was last used. A new one is shown once, and nobody can show it again.
import { el, setText } from '../../js/dom.js';
import { t } from '../../js/i18n.js';
import { dateAndTime } from '../../js/time.js';
import { line } from '../../js/typed-text.js';
import { createKey, listKeys, revokeKey } from './admin-api.js';
import { ask, badge, button, copyable, facts, failed, field, loading, say, whyNot } from './parts.js';
import { session } from './session.js';
import { showSignIns } from './sign-ins.js';

const scopes = ['read', 'refund', 'checkout', 'admin'];

export async function showKeys({ place, isCurrent, expired }) {
  const list = el('div', {}, loading());
  const news = el('div', { role: 'status' });
  place.append(
    el('h1', {}, t('nav.keys')), el('p', {}, t('keys.lead')), news,
    form(key => { news.replaceChildren(shown(key)); read(); news.querySelector('h2').focus(); }, expired),
    el('h2', { class: 'between' }, t('keys.list')), list);
  read();
  const signIns = showSignIns({ place, isCurrent, expired });

  async function read() {
    try {
      const keys = await listKeys();
      if (!isCurrent()) return;
      list.replaceChildren(keys.length === 0 ? el('p', {}, t('keys.none')) : el('ul', { class: 'keys' }, ...keys.map(key => item(key, revoke))));
    } catch (error) {
      if (!isCurrent()) return;
      if (error.status === 401) expired();
      else list.replaceChildren(failed(error, read));
    }
  }

  function revoke(key) {
    ask({
      title: t('keys.revoke.heading', { name: key.name }),
      parts: [el('p', {}, t('keys.revoke.text')), key.name === session.name ? el('p', { class: 'notice stop' }, t('keys.revoke.own')) : el('span')],
      yes: t('keys.revoke.yes'),
      danger: true,
      onsubmit: async ({ close }) => {
        await revokeKey(key.id);
        close();
        say(t('keys.revoked', { name: key.name }));
        await read();
        await signIns.read();
      },
    });
  }
}

function form(made, expired) {
  const name = el('input', { id: 'key-name', maxlength: '60', autocomplete: 'off', required: true });
  const boxes = scopes.map(scope => el('input', { type: 'checkbox', id: `scope-${scope}`, value: scope, 'aria-describedby': `scope-${scope}-hint`, checked: scope === 'read' }));
  const trouble = el('p', { class: 'notice stop', role: 'alert', hidden: true });
  const send = el('button', { type: 'submit', class: 'button' }, t('keys.make'));
  let busy = false;
  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    const wanted = boxes.filter(box => box.checked).map(box => box.value);
    trouble.hidden = true;
    const wantedName = line(name.value);
    if (wantedName === '') return tell(t('keys.name.empty'), name);
    if (wanted.length === 0) return tell(t('keys.scopes.empty'), boxes[0]);
    busy = true;
    send.setAttribute('aria-disabled', 'true');
    try {
      const key = await createKey({ name: wantedName, scopes: wanted });
      name.value = '';
      made(key);
    } catch (error) {
      if (error.status === 401) expired();
      else tell(error.kind === 'unknown' ? t('keys.lost') : whyNot(error), name);
    } finally {
      busy = false;
      send.removeAttribute('aria-disabled');
    }
  }
  function tell(text, node) {
    setText(trouble, text);
    trouble.hidden = false;
    node.focus();
  }
  return el('form', { class: 'card', onsubmit: submit, novalidate: true },
    el('h2', {}, t('keys.new')),
    field(t('keys.name'), name, { hint: t('keys.name.hint') }),
    el('fieldset', { class: 'boxes' }, el('legend', {}, t('keys.scopes')),
      ...scopes.map((scope, at) => el('div', {}, el('label', { for: `scope-${scope}` }, boxes[at], ' ', t(`scope.${scope}`)), el('span', { id: `scope-${scope}-hint`, class: 'hint' }, t(`scope.${scope}.hint`))))),
    trouble, send);
}

const shown = key => el('section', { class: 'notice new-key' },
  el('h2', { tabindex: '-1' }, t('keys.shown', { name: key.name })),
  el('p', {}, t('keys.shown.text')),
  el('p', { id: 'new-key' }, copyable(key.key, t('keys.key'))));

const item = (key, revoke) => el('li', { class: 'card', 'data-key': key.id, 'data-revoked': String(key.revokedAt !== null) },
  el('h3', {}, `${key.name} `, key.revokedAt !== null ? el('span', { class: 'badge', 'data-code': 'failed' }, t('keys.dead')) : null),
  el('p', {}, ...key.scopes.flatMap(scope => [badge('scope', scope), ' '])),
  facts(
    ['keys.hint', el('code', {}, `${key.hint}…`)],
    ['keys.made', `${dateAndTime(key.createdAt)} · ${key.createdBy}`],
    ['keys.used', key.lastUsedAt ? dateAndTime(key.lastUsedAt) : t('keys.never')],
    key.revokedAt ? ['keys.ended', `${dateAndTime(key.revokedAt)} · ${key.revokedBy ?? ''}`] : null),
  key.revokedAt === null ? el('div', { class: 'choices' }, button('keys.revoke', () => revoke(key))) : null);
