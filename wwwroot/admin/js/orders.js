// Finding orders. The address holds the search; the pages that were fetched are kept, so that coming back is at once.
import { el, show } from '../../js/dom.js';
import { digits, t } from '../../js/i18n.js';
import { money } from '../../js/money.js';
import { shortTime } from '../../js/time.js';
import { line } from '../../js/typed-text.js';
import { csvOf, listOrders, query } from './admin-api.js';
import { badge, button, failed, loading, onLeave, say, whyNot, word } from './parts.js';

export const statuses = ['pending', 'paid', 'partially_refunded', 'refunded', 'cancelled', 'expired'];

// Most urgent first.
export const reasons = [
  'double_payment', 'amount_conflict', 'unmatched_transaction', 'refunded_at_khalti', 'unknown_state', 'books_differ', 'unreadable', 'stuck', 'paid_late',
];
const filters = ['q', 'status', 'attention', 'from', 'to'];
const perPage = 25;
const kept = new Map(); // address -> what was shown there

export function showOrders({ place, address, go, isCurrent, expired }) {
  const filter = Object.fromEntries(filters.map(name => [name, address.get(name) ?? '']));
  const results = el('div', { class: 'results' });
  const narrowed = filters.slice(1).filter(name => filter[name] !== '').length;

  const search = el('input', { id: 'q', name: 'q', type: 'search', value: filter.q, maxlength: '200', autocomplete: 'off', enterkeyhint: 'search', 'aria-describedby': 'q-hint' });
  const form = el('form', { role: 'search', class: 'search', onsubmit: submit },
    el('label', { for: 'q' }, t('orders.search')),
    el('div', { class: 'search-row' }, search, el('button', { type: 'submit', class: 'button' }, t('orders.find'))),
    el('p', { id: 'q-hint', class: 'hint' }, t('orders.hint')),
    el('details', { class: 'filters', open: narrowed > 0 },
      el('summary', {}, t('orders.filters')),
      el('div', { class: 'filter-row' },
        choice('status', t('orders.status'), filter.status, statuses.map(one => [one, word('status', one)])),
        choice('attention', t('orders.attention'), filter.attention, [['any', t('orders.attention.any')], ...reasons.map(one => [one, word('attention', one)])]),
        day('from', t('orders.from'), filter.from), day('to', t('orders.to'), filter.to),
        narrowed > 0 ? el('a', { class: 'button quiet', href: `/admin/${query({ q: filter.q })}` }, t('orders.all')) : null)));
  form.addEventListener('change', event => { if (event.target !== search) submit(event); });

  function submit(event) {
    event.preventDefault();
    const wanted = Object.fromEntries(filters.map(name => [name, line(form.elements[name].value)]));
    kept.delete(query(wanted));
    const from = document.activeElement?.id;
    go(`/admin/${query(wanted)}`, { focus: false });
    document.getElementById(from)?.focus(); // whoever searches may want to search on
  }

  place.append(
    el('div', { class: 'heading-row' }, el('h1', {}, t('nav.orders')), el('a', { class: 'button quiet', href: csvOf(filter), download: '' }, t('orders.csv'))),
    form, results);
  list(results, filter, isCurrent, expired);
}

async function list(results, filter, isCurrent, expired) {
  const name = query(filter);
  const mine = kept.get(name) ?? { orders: [], cursor: undefined, scroll: 0 };
  onLeave(() => { mine.scroll = window.scrollY; });
  const rows = el('tbody', { role: 'rowgroup' });
  const more = button('orders.more', next);
  const trouble = el('p', { class: 'notice stop', role: 'alert', hidden: true });

  function draw(orders) {
    rows.append(...orders.map(row));
    show(more, mine.cursor !== null);
  }

  async function next() {
    more.setAttribute('aria-disabled', 'true');
    trouble.hidden = true;
    try {
      const page = await listOrders({ ...filter, limit: perPage, cursor: mine.cursor });
      const before = mine.orders.length;
      if (!isCurrent()) return null;
      mine.orders.push(...page.data, ...page.unreadable.map(id => ({ id, unreadable: true })));
      mine.cursor = page.nextCursor;
      const last = rows.lastElementChild;
      draw(mine.orders.slice(before));
      last?.nextElementSibling?.querySelector('a')?.focus();
      say(t('orders.shown', { count: digits(mine.orders.length) }));
      return page;
    } catch (error) {
      if (!isCurrent()) return null;
      if (error.status === 401) return expired();
      if (mine.orders.length === 0) throw error;
      trouble.textContent = whyNot(error);
      trouble.hidden = false;
      return null;
    } finally {
      more.removeAttribute('aria-disabled');
    }
  }

  if (mine.cursor !== undefined) {
    present();
    draw(mine.orders);
    requestAnimationFrame(() => window.scrollTo(0, mine.scroll));
    return;
  }
  results.append(loading());
  try {
    if (await next() === null) return;
    kept.set(name, mine);
    present();
  } catch (error) {
    results.replaceChildren(failed(error, () => list(results, filter, isCurrent, expired)));
  }

  function present() {
    if (mine.orders.length === 0) {
      results.replaceChildren(el('p', { class: 'empty' }, t(name === '' ? 'orders.none' : 'orders.nothing', { text: filter.q })), el('p', { class: 'hint' }, name === '' ? '' : t('orders.nothing.hint')));
      return;
    }
    results.replaceChildren(
      el('table', { class: 'orders', role: 'table' },
        el('caption', { class: 'unseen' }, t('nav.orders')),
        el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' },
          ...['customer', 'placed', 'status', 'method', 'amount'].map(one => el('th', { role: 'columnheader', scope: 'col' }, t(`orders.col.${one}`))))),
        rows),
      trouble, el('p', { class: 'more' }, more));
  }
}

// What changed in an order makes the kept lists old.
export function forgetLists() { kept.clear(); }

function row(order) {
  if (order.unreadable) return unreadable(order);
  const { customer } = order;
  const paid = order.payments.findLast(payment => payment.amountPaid !== null) ?? order.payments.at(-1);
  return el('tr', { role: 'row' },
    el('td', { role: 'cell', class: 'cell-customer' },
      el('a', { href: `/admin/${query({ order: order.id })}` }, customer.name ?? customer.phone ?? customer.email ?? t('orders.nobody')),
      customer.name && (customer.phone ?? customer.email) ? el('span', { class: 'soft' }, customer.phone ?? customer.email) : null),
    el('td', { role: 'cell', class: 'cell-placed' }, el('span', {}, shortTime(order.createdAt)), el('code', { class: 'soft' }, `…${order.id.slice(-8)}`)),
    el('td', { role: 'cell', class: 'cell-status' }, badge('status', order.status), openBadge(order),
      ...[...new Set(order.reasons.map(({ reason }) => reason))].map(reason => el('span', { class: 'badge flag' }, word('attention', reason)))),
    el('td', { role: 'cell', class: 'cell-method' }, paid ? word('method', paid.method) : '–'),
    el('td', { role: 'cell', class: 'cell-amount' }, money(order.amount), order.amountRefunded > 0 ? el('span', { class: 'soft' }, t('orders.back', { amount: money(order.amountRefunded) })) : null));
}

// The shop can't read its own record of it: there is nothing to show but that.
function unreadable({ id }) {
  return el('tr', { role: 'row' },
    el('td', { role: 'cell', class: 'cell-customer' }, el('code', {}, id)),
    el('td', { role: 'cell', class: 'cell-placed' }),
    el('td', { role: 'cell', class: 'cell-status' }, el('span', { class: 'badge flag' }, word('attention', 'unreadable'))),
    el('td', { role: 'cell', class: 'cell-method' }), el('td', { role: 'cell', class: 'cell-amount' }));
}

// "Waiting to be paid" is not the whole truth while money may have moved.
export function openBadge(order) {
  const payment = order.payments.find(one => one.status === 'verifying' || one.status === 'needs_review');
  if (payment) return badge('payment', payment.status);
  return order.refunds.some(refund => refund.status === 'requested' || refund.status === 'unknown')
    ? el('span', { class: 'badge', 'data-code': 'unknown' }, t('refund.open')) : null;
}

function choice(name, label, value, options) {
  return el('div', { class: 'field' }, el('label', { for: name }, label),
    el('select', { id: name, name }, el('option', { value: '' }, t('orders.any')),
      ...options.map(([code, text]) => el('option', { value: code, selected: code === value }, text))));
}

const day = (name, label, value) => el('div', { class: 'field' }, el('label', { for: name }, label), el('input', { id: name, name, type: 'date', value: /^\d{4}-\d\d-\d\d$/.test(value) ? value : '' }));
