// Sign-ins on the desk: with which key, from where and until when. Each can be ended at once.
import { el } from '../../js/dom.js';
import { t } from '../../js/i18n.js';
import { dateAndTime } from '../../js/time.js';
import { endSignIn, listSignIns } from './admin-api.js';
import { ask, button, facts, failed, loading, say } from './parts.js';

export function showSignIns({ place, isCurrent, expired }) {
  const list = el('div', {}, loading());
  place.append(el('h2', { class: 'between' }, t('ins.list')), el('p', {}, t('ins.lead')), list);
  read();
  return { read };

  async function read() {
    try {
      const signIns = await listSignIns();
      if (!isCurrent()) return;
      list.replaceChildren(signIns.length === 0
        ? el('p', {}, t('ins.none'))
        : el('ul', { class: 'keys', id: 'sign-ins' }, ...signIns.map(item)));
    } catch (error) {
      if (!isCurrent()) return;
      if (error.status === 401) expired();
      else list.replaceChildren(failed(error, read));
    }
  }

  function item(one) {
    return el('li', { class: 'card', 'data-sign-in': one.id },
      el('h3', {}, one.keyName ?? t('ins.unknown'), ' ',
        one.isCurrent ? el('span', { class: 'badge', 'data-code': 'current' }, t('ins.current')) : null),
      facts(
        ['ins.from', one.address ? el('code', {}, one.address) : t('ins.unknown')],
        ['ins.since', dateAndTime(one.createdAt)],
        ['ins.until', dateAndTime(one.expiresAt)]),
      el('div', { class: 'choices' }, button('ins.end', () => end(one))));
  }

  function end(one) {
    ask({
      title: t('ins.end.heading', { name: one.keyName ?? t('ins.unknown') }),
      parts: [el('p', {}, t(one.isCurrent ? 'ins.end.own' : 'ins.end.text'))],
      yes: t('ins.end'),
      danger: true,
      onsubmit: async ({ close }) => {
        try {
          await endSignIn(one.id);
        } catch (error) {
          if (error.status !== 404) throw error; // it is over already
        }
        close();
        say(t('ins.ended'));
        await read();
      },
    });
  }
}
