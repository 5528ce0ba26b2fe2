// What wants a person: each reason once, with what it means and the orders it is about.
import { el } from '../../js/dom.js';
import { digits, t } from '../../js/i18n.js';
import { money } from '../../js/money.js';
import { dateAndTime, shortTime } from '../../js/time.js';
import { listOrders, query, readSummary } from './admin-api.js';
import { age, failed, loading, word } from './parts.js';
import { reasons } from './orders.js';

const perReason = 10;

export async function showInbox({ place, isCurrent, expired }) {
  const content = el('div', {}, loading());
  place.append(el('h1', {}, t('nav.inbox')), content);
  try {
    const { attention, open } = await readSummary(1);
    const waiting = reasons.filter(reason => attention[reason] > 0);
    const lists = await Promise.all(waiting.map(reason => listOrders({ attention: reason, limit: perReason })));
    if (!isCurrent()) return;
    content.replaceChildren(unknown(open), ...waiting.map((reason, at) => group(reason, attention[reason], lists[at])),
      waiting.length === 0 ? el('p', { class: 'notice good' }, t('inbox.none')) : '');
  } catch (error) {
    if (!isCurrent()) return;
    if (error.status === 401) expired();
    else content.replaceChildren(failed(error, () => { place.replaceChildren(); showInbox({ place, isCurrent, expired }); }));
  }
}

function unknown({ unknown: count, oldestAgeSeconds, oldestSince }) {
  return el('section', { class: 'card', id: 'unknown' }, el('h2', {}, t('inbox.unknown')),
    count === 0
      ? el('p', {}, t('inbox.unknown.none'))
      : el('p', {}, t(count === 1 ? 'inbox.unknown.one' : 'inbox.unknown.some', { count: digits(count), age: age(oldestAgeSeconds), since: dateAndTime(oldestSince) })));
}

function group(reason, count, { data: orders, unreadable }) {
  return el('section', { class: 'card', 'data-reason': reason },
    el('h2', {}, word('attention', reason), ' ', el('span', { class: 'count' }, digits(count))),
    el('p', {}, word('means', reason)),
    el('p', {}, el('strong', {}, t('todo')), ' ', word('do', reason)),
    el('ul', { class: 'rows' }, ...orders.map(order => el('li', {},
      el('a', { href: `/admin/${query({ order: order.id })}` }, order.customer.name ?? order.customer.phone ?? `…${order.id.slice(-8)}`),
      el('span', { class: 'amount' }, money(order.amount)),
      el('span', { class: 'soft' }, shortTime(order.createdAt)))), ...unreadable.map(id => el('li', {}, el('code', {}, id)))),
    count > orders.length + unreadable.length ? el('p', {}, el('a', { href: `/admin/${query({ attention: reason })}` }, t('inbox.all', { count: digits(count) }))) : null);
}
