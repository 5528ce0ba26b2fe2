// What the days brought, as a picture and as a table that says the same.
import { el } from '../../js/dom.js';
import { digits, t } from '../../js/i18n.js';
import { money } from '../../js/money.js';
import { shortDay } from '../../js/time.js';
import { query, readSummary } from './admin-api.js';
import { chart } from './chart.js';
import { failed, loading } from './parts.js';

const spans = [7, 30, 90];

export async function showSales({ place, address, isCurrent, expired }) {
  const days = spans.includes(Number(address.get('days'))) ? Number(address.get('days')) : 30;
  const content = el('div', {}, loading());
  place.append(
    el('h1', {}, t('nav.sales')),
    el('nav', { class: 'spans', 'aria-label': t('sales.span') }, ...spans.map(span => el('a',
      { class: 'button quiet', href: `/admin/${query({ view: 'sales', days: span })}`, 'aria-current': span === days ? 'true' : null }, t('sales.days', { count: digits(span) })))),
    content);
  try {
    const summary = await readSummary(days);
    if (isCurrent()) content.replaceChildren(...present(summary));
  } catch (error) {
    if (!isCurrent()) return;
    if (error.status === 401) expired();
    else content.replaceChildren(failed(error, () => { place.replaceChildren(); showSales({ place, address, isCurrent, expired }); }));
  }
}

const counted = (what, count) => t(count === 1 ? `sales.${what}.one` : `sales.${what}`, { count: digits(count) });

function present({ days, totals }) {
  const tile = (name, value, more) => el('div', { class: `tile ${name}` }, el('dt', {}, t(`sales.${name}`)), el('dd', {}, el('strong', {}, value), more ? el('span', { class: 'soft' }, more) : null));
  const newest = [...days].reverse();
  return [
    el('dl', { class: 'tiles' },
      tile('paid', money(totals.paid), counted('payments', totals.paidCount)),
      tile('refunded', money(totals.refunded), counted('refunds', totals.refundedCount)),
      tile('fees', money(totals.fees)),
      tile('net', money(totals.net)),
      tile('orders', digits(totals.orders))),
    totals.paidCount + totals.refundedCount === 0
      ? el('p', { class: 'empty' }, t('sales.none'))
      : el('figure', { class: 'card chart' },
        el('figcaption', {}, t('sales.chart'), ' ',
          ...['paid', 'refunded', 'fees', 'net'].map(name => el('span', { class: `legend ${name}` }, t(`sales.${name}`)))),
        chart(days, t('sales.chart'))),
    el('details', { class: 'card', open: totals.paidCount + totals.refundedCount > 0 && days.length <= 7 },
      el('summary', {}, t('sales.table')),
      el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('sales.table') },
        el('table', { class: 'figures' },
          el('thead', {}, el('tr', {}, ...['day', 'orders', 'paid', 'refunded', 'fees', 'net'].map(name => el('th', { scope: 'col' }, t(name === 'orders' ? 'nav.orders' : `sales.${name}`))))),
          el('tbody', {}, ...newest.map(day => el('tr', {},
            el('th', { scope: 'row' }, shortDay(day.day)), el('td', {}, digits(day.orders)), el('td', {}, money(day.paid)), el('td', {}, money(day.refunded)), el('td', {}, money(day.fees)), el('td', {}, money(day.net))))),
          el('tfoot', {}, el('tr', {}, el('th', { scope: 'row' }, t('sales.total')), el('td', {}, digits(totals.orders)),
            ...['paid', 'refunded', 'fees', 'net'].map(name => el('td', {}, money(totals[name])))))))),
  ];
}
