// What wants a person: each reason once, with what it means and the orders it is about.
import { el } from '../../js/dom.js';
import { digits, t } from '../../js/i18n.js';
import { money } from '../../js/money.js';
import { dateAndTime, shortTime } from '../../js/time.js';
import { newKey } from '../../js/random.js';
import { note as noteText } from '../../js/typed-text.js';
import { listOrders, listUnmatched, query, readSummary, resolveUnmatched } from './admin-api.js';
import { age, ask, button, copyable, facts, failed, field, loading, paged, word } from './parts.js';
import { reasons } from './orders.js';
import { session } from './session.js';

const perReason = 10;

export async function showInbox(context) {
  const { place, isCurrent, expired } = context;
  const content = el('div', {}, loading());
  place.append(el('h1', {}, t('nav.inbox')), content);
  try {
    const { attention, open, unmatchedTransactions } = await readSummary(1);
    const waiting = reasons.filter(reason => attention[reason] > 0);
    const [unmatched, ...lists] = await Promise.all([
      unmatchedTransactions > 0 ? listUnmatched() : null,
      ...waiting.map(reason => listOrders({ attention: reason, limit: perReason }))]);
    if (!isCurrent()) return;
    const again = () => { place.replaceChildren(); showInbox(context); context.refreshCount(); };
    content.replaceChildren(unknown(open), unmatched ? transactions(unmatchedTransactions, unmatched, again) : '',
      ...waiting.map((reason, at) => group(reason, attention[reason], lists[at])),
      waiting.length === 0 && unmatchedTransactions === 0 ? el('p', { class: 'notice good' }, t('inbox.none')) : '');
  } catch (error) {
    if (!isCurrent()) return;
    if (error.status === 401) expired();
    else content.replaceChildren(failed(error, () => { place.replaceChildren(); showInbox(context); }));
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

// Money at Khalti that belongs to no order: nothing to open, so it is resolved here.
function transactions(count, page, again) {
  const rows = el('div');
  const more = paged(rows, page, listUnmatched, found => el('div', { class: 'found' }, facts(
    ['attach.transaction', copyable(found.transactionId, t('attach.transaction'))],
    ['unmatched.amount', money(found.amount)],
    ['unmatched.for', found.productIdentity ? el('code', {}, found.productIdentity) : t('unmatched.for.none')],
    ['unmatched.begun', dateAndTime(found.createdOn ?? found.foundAt)]),
  session.may('admin') ? el('p', { class: 'choices' }, button('resolve', () => askResolve(found, again))) : null));
  return el('section', { class: 'card', id: 'unmatched' },
    el('h2', {}, t('unmatched'), ' ', el('span', { class: 'count' }, digits(count))),
    el('p', {}, t('unmatched.means')),
    el('p', {}, el('strong', {}, t('todo')), ' ', t('unmatched.do')),
    rows, more);
}

function askResolve(found, again) {
  const key = newKey();
  const note = el('textarea', { id: 'note', rows: '3', maxlength: '500', required: true });
  ask({
    title: t('resolve.heading'), yes: t('resolve.yes'),
    parts: [el('p', {}, t('unmatched.resolve')), field(t('resolve.note'), note)],
    onsubmit: async ({ close, tell }) => {
      const given = noteText(note.value);
      if (given === '') { tell(t('note.empty')); return; }
      await resolveUnmatched(found.transactionId, { note: given }, key);
      close();
      again();
    },
  });
}
